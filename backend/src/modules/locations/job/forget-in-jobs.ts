import type { EntityManager } from 'typeorm'
import { deleteJobs } from '../../jobs/index.ts'
import { rows } from '../sql.ts'
import { CONNECTIONS_METHOD } from './connections-method.ts'

/**
 * Deletes the jobs whose results show an erased person, or are about to: files are not rewritten. Others may ask again.
 * In the transaction that takes the person away, which holds the person: no job can show them from then on.
 */
export async function forgetInJobs(
  manager: EntityManager,
  { organizationId, personId }: { readonly organizationId: string; readonly personId: string },
): Promise<void> {
  const looks = await rows<{ id: string }>(
    manager,
    `select location_looks.id from location_look_persons
     join location_looks on location_looks.id = look_id
     where person_id = $1 and organization_id = $2 and method = $3`,
    [personId, organizationId, CONNECTIONS_METHOD],
  )
  const jobIds = looks.map(({ id }) => id)
  await deleteJobs(manager, organizationId, jobIds, {
    reason: 'PERSON_ERASED',
    message: 'A person whom the results were to show was erased. Submit the job again to have them without.',
  })
}
