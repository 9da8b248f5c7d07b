/** What identifies a message among those on one connection. */
export type MessageId = string | number
