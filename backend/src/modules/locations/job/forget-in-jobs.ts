import type { EntityManager } from 'typeorm'
import { deleteJobs } from '../../jobs/index.ts'
import { type ErasedPerson, namesOfPerson } from '../people/index.ts'
import { rows } from '../sql.ts'
import { CONNECTIONS_METHOD } from './connections-method.ts'

/**
 * Deletes the jobs whose results show an erased person, or are about to, and those whose reason names them: neither files
 * nor parameters are rewritten. Others may ask again.
 * In the transaction that takes the person away, which holds the person: no job can show them from then on.
 */
export async function forgetInJobs(manager: EntityManager, person: ErasedPerson): Promise<void> {
  const { organizationId, personId } = person
  const looks = await rows<{ id: string }>(
    manager,
    `select id from location_looks
     where organization_id = $2 and method = $3 and (
       id in (select look_id from location_look_persons where person_id = $1) or ($4 <> '' and reason ~* $4))`,
    [personId, organizationId, CONNECTIONS_METHOD, namesOfPerson(person)],
  )
  const jobIds = looks.map(({ id }) => id)
  await deleteJobs(manager, organizationId, jobIds, {
    reason: 'PERSON_ERASED',
    message:
      'A person whom the job was to show or named was erased. Submit it again to have the results without.',
  })
}
