/** What only judging a run needs carries this tag: a lifecycle rule can't tell it by a prefix that holds the run. */
export const INTERIM_TAG = { volley: 'interim' }
