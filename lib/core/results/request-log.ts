/** First line of the file that `--log-requests` appends to. */
export const REQUEST_LOG_HEADER = 'slice,flow,name,method,status,error,sent_at_ms,service_us,response_us\n'
