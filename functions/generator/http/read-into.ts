/** All connections of the process read into it: what has come is taken out before the next one has its turn. */
export const READ_INTO = Buffer.allocUnsafeSlow(65_536)
