/** One user with whom a job is shared. */
export interface ShareRecord {
  readonly userId: string
  readonly createTime: Date
}

/** A share as sharesOf() reads it. */
export interface JsonShare {
  readonly user: string
  readonly time: string
}

/** The shares of a job, the oldest first, as SQL over its id: null for none. */
export function sharesOf(jobId: string): string {
  return `(select jsonb_agg(jsonb_build_object('user', user_id, 'time', create_time) order by create_time, user_id)
    from job_shares where job_id = ${jobId})`
}

export function sharesOfJson(shares: readonly JsonShare[] | null): ShareRecord[] {
  return (shares ?? []).map(({ user, time }) => ({ userId: user, createTime: new Date(time) }))
}
