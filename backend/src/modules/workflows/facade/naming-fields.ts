import { DomainError } from '../../../errors/domain-error.ts'

/** "parameters[2]" or "parameters[2].value", as what is wrong with a job begins. */
const POSITION = /parameters\[(\d+)\](?:\.value|\.name)?/g
/** Says of a UWS client's mistake that it is one: nobody else reads these words. */
const LABEL = /\bUsageError: /g

/**
 * Calls the fields of a refused job as the client called them.
 *
 * @param names of the job's parameters, in their order
 */
export async function namingFields<Answer>(names: readonly string[], work: Promise<Answer>): Promise<Answer> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof DomainError) || error.violations.length === 0) throw error
    const message = error.message
      .replaceAll(LABEL, '')
      .replaceAll(POSITION, (field, position) => names[Number(position)] ?? field)
      .replaceAll(/\bexecution_duration\b/g, 'workflow.stages[0].compute.maxtime')
    throw new DomainError(error.code, error.reason, message, { cause: error })
  }
}
