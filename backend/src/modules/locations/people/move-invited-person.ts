import { type Database, rows } from '../sql.ts'

/** Gives the person that an invited user was said to be to the user who turned out to be them. */
export async function moveInvitedPerson(
  database: Database,
  fromUserId: string,
  toUserId: string,
): Promise<void> {
  await rows(
    database,
    `update persons set user_id = case when exists (select from persons held
         where held.organization_id = persons.organization_id and held.user_id = $2) then null else $2::uuid end
     where user_id = $1`,
    [fromUserId, toUserId],
  )
}
