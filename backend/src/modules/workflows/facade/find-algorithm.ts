import {
  type Algorithm,
  AlgorithmServiceService,
} from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import { DomainError, invalidField } from '../../../errors/domain-error.ts'
import type { LocalCall, LocalCalls } from '../../../server/local-calls.ts'
import type { Stage } from './request-schemas.ts'

const { getAlgorithm, listAlgorithms } = AlgorithmServiceService
const REFERENCE = /^(?:([a-z][a-z0-9-]{1,62})\/)?([a-z][a-z0-9-]{0,62})@([1-9][0-9]{0,8})$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
const FIELD = 'workflow.stages[0].algorithm'
const NAME_IT =
  'Name an approved algorithm by its id, such as "measure@1", or by its image with its digest as the tag.'
const PAGE_SIZE = 500

/**
 * The algorithm that a stage names. Whether it may run is for whoever plans the run to say.
 *
 * @throws INVALID_ARGUMENT
 */
export async function findAlgorithm(
  calls: LocalCalls,
  call: LocalCall,
  organization: string,
  { id = '', url, rawcode, container }: Stage['algorithm'],
): Promise<Algorithm> {
  refuseCode('rawcode', rawcode)
  refuseCode('url', url)
  if (container?.entrypoint?.includes('$ALGO') === true) refuseCode('container.entrypoint', '$ALGO')
  const image = imageOf(container)
  const parts = REFERENCE.exec(id)
  if (parts === null) {
    if (image !== undefined) return ofImage(calls, call, organization, image)
    throw invalidField(FIELD, `${JSON.stringify(id)} is no algorithm here. ${NAME_IT}`)
  }
  const algorithm = await ofReference(calls, call, organization, parts)
  if (image !== undefined && algorithm.spec?.image !== image) {
    throw invalidField(
      `${FIELD}.container`,
      `${image} is not the image of ${id}. Leave the container out, or name the image that was approved.`,
    )
  }
  return algorithm
}

function refuseCode(field: string, given: unknown): void {
  if (given === undefined || given === null || given === '') return
  throw invalidField(
    `${FIELD}.${field}`,
    `code is not brought along: only images run here that were registered and approved. ${NAME_IT}`,
    'ALGORITHM_NOT_REGISTERED',
  )
}

/** With its digest; undefined where the container names none. */
function imageOf(container: Stage['algorithm']['container']): string | undefined {
  const { image = '', tag = '' } = container ?? {}
  if (image === '' && tag === '') return undefined
  if (image.includes('@')) return image
  if (DIGEST.test(tag)) return `${image}@${tag}`
  throw invalidField(
    `${FIELD}.container.tag`,
    `${JSON.stringify(tag)} is no digest, and what a tag names may change. ${NAME_IT}`,
  )
}

async function ofReference(
  calls: LocalCalls,
  call: LocalCall,
  own: string,
  [reference, organization = own, algorithm, version]: RegExpExecArray,
): Promise<Algorithm> {
  if (organization === own) {
    const name = `organizations/${own}/algorithms/${algorithm}/versions/${version}`
    try {
      return await calls.unary(getAlgorithm, { name }, call)
    } catch (error) {
      if (error instanceof DomainError && error.code === 'NOT_FOUND') throw notApproved(reference)
      throw error
    }
  }
  for await (const each of approved(calls, call, own)) if (each.reference === reference) return each
  throw notApproved(reference)
}

async function ofImage(
  calls: LocalCalls,
  call: LocalCall,
  organization: string,
  image: string,
): Promise<Algorithm> {
  const found: Algorithm[] = []
  for await (const each of approved(calls, call, organization))
    if (each.spec?.image === image) found.push(each)
  const [only] = found
  if (only === undefined) throw notApproved(image)
  if (found.length > 1) {
    const references = found.map(({ reference }) => reference).join(', ')
    throw invalidField(
      `${FIELD}.container`,
      `${image} is that of several: ${references}. Name one by its id.`,
    )
  }
  return only
}

const notApproved = (what: string) =>
  invalidField(FIELD, `${what} is no approved algorithm that this provider may run. ${NAME_IT}`)

async function* approved(
  calls: LocalCalls,
  call: LocalCall,
  organization: string,
): AsyncGenerator<Algorithm, void> {
  let pageToken = ''
  do {
    const { algorithms, nextPageToken } = await calls.unary(
      listAlgorithms,
      {
        parent: `organizations/${organization}`,
        pageSize: PAGE_SIZE,
        pageToken,
        states: ['ALGORITHM_STATE_APPROVED'],
        algorithmId: '',
      },
      call,
    )
    yield* algorithms
    pageToken = nextPageToken
  } while (pageToken !== '')
}
