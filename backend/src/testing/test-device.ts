import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { deviceTokenSecrets } from '../modules/locations/index.ts'

/** A person's device with a token, in an organisation of the test. */
export async function insertTestDevice(
  dataSource: DataSource,
  organization: string,
): Promise<{ name: string; id: string; token: string }> {
  const [id, personId] = [v7(), v7()]
  const { secret, hash, prefix } = deviceTokenSecrets.make()
  const values = [id, personId, organization, hash, prefix]
  await dataSource.query(
    `with owner as (
       insert into persons (id, organization_id, display_name)
       select $2::uuid, id, 'Someone' from organizations where slug = $3 returning id, organization_id)
     insert into devices (id, organization_id, person_id, display_name, token_hash, token_prefix, token_expire_time)
     select $1::uuid, organization_id, id, 'A telephone', $4, $5, now() + interval '1 day' from owner`,
    values,
  )
  return { name: `organizations/${organization}/devices/${id}`, id, token: secret }
}
