import { median } from '../median.ts'
import type { BenchLine } from '../report.ts'
import { timed } from '../timed.ts'

const LARGEST_PAGE = 500
const ROUNDS = 30

export interface PageRequest {
  readonly pageSize: number
  readonly pageToken: string
}

/** Asks for a page; answers how many there are on it, and the token of the next. */
export type ListPage<Request extends PageRequest> = (
  request: Request,
) => Promise<{ count: number; nextPageToken: string }>

/** Of a page of the request's size. Walks there in few large ones: a token does not depend on the pages' size. */
export async function tokenOfPage<Request extends PageRequest>(
  list: ListPage<Request>,
  request: Request,
  page: number,
): Promise<string> {
  let pageToken = ''
  for (let left = (page - 1) * request.pageSize; left > 0; ) {
    const { count, nextPageToken } = await list({
      ...request,
      pageToken,
      pageSize: Math.min(LARGEST_PAGE, left),
    })
    if (nextPageToken === '') throw new Error(`there is no page ${page}`)
    pageToken = nextPageToken
    left -= count
  }
  return pageToken
}

/** Medians of calls that alternate. */
export async function comparePages<Request extends PageRequest>(
  list: ListPage<Request>,
  label: string,
  request: Request,
  reference: Request,
): Promise<BenchLine> {
  const times: number[] = []
  const floors: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    floors.push(await timed(() => list(reference)))
    times.push(await timed(() => list(request)))
  }
  const [value, floor] = [median(times), median(floors)]
  return { label, value, unit: 'ms', reference: floor, ratio: value / floor, target: '<= 2' }
}
