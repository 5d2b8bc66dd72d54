import type { LoggedLine } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Api } from '../../app/api'
import { useApi } from '../../app/services'
import { organizationOf } from './job-address'
import { lastSegment } from './job-name'
import { jobKeys } from './job-queries'
import type { LogOf } from './log-lines'

const pageSize = 1_000

/** The log from its beginning, page by page. */
export function useLoggedLines(job: string, of: LogOf, enabled: boolean) {
  const api = useApi()
  return useInfiniteQuery({
    queryKey: [
      ...jobKeys.log(organizationOf(job), lastSegment(job)),
      of.task ?? 'all',
      of.container ?? 'all',
    ],
    enabled,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.jobs({ signal }).ListJobLog({
        parent: job,
        pageSize,
        pageToken: pageParam,
        ...of,
      }),
    getNextPageParam: ({ nextPageToken }) => (nextPageToken === '' ? undefined : nextPageToken),
  })
}

/** All of it that is kept, to take away. */
export async function fetchWholeLog(api: Api, job: string, of: LogOf): Promise<LoggedLine[]> {
  const lines: LoggedLine[] = []
  let pageToken = ''
  do {
    const page = await api.jobs().ListJobLog({ parent: job, pageSize, pageToken, ...of })
    lines.push(...page.lines)
    pageToken = page.nextPageToken
  } while (pageToken !== '')
  return lines
}
