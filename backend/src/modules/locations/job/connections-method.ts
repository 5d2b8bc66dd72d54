/** As the looks of jobs are named in the log that persons read; a look's id is its job's. */
export const CONNECTIONS_METHOD = 'connections'
