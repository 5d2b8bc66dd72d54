import type { SkyCircle } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useApi } from '../../app/services'

export interface DatasetFilter {
  readonly query: string
  readonly circle: SkyCircle | undefined
  readonly orderBy: string
}

export const datasetKeys = {
  all: (organization: string) => ['datasets', organization] as const,
  dataset: (organization: string, id: string) => ['datasets', organization, 'dataset', id] as const,
}

function request(organization: string, filter: DatasetFilter, pageSize: number, pageToken: string) {
  return {
    parent: `organizations/${organization}`,
    query: filter.query,
    orderBy: filter.orderBy,
    pageSize,
    pageToken,
    ...(filter.circle === undefined ? {} : { intersects: filter.circle }),
  }
}

/** One page. */
export function useDatasets(organization: string, filter: DatasetFilter, pageSize: number) {
  const api = useApi()
  return useQuery({
    queryKey: [...datasetKeys.all(organization), 'list', filter, pageSize],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api.datasets({ signal }).ListDatasets(request(organization, filter, pageSize, '')),
  })
}

/** Page after page, as far as asked for. */
export function useDatasetPages(organization: string, filter: DatasetFilter, pageSize: number) {
  const api = useApi()
  return useInfiniteQuery({
    queryKey: [...datasetKeys.all(organization), 'pages', filter, pageSize],
    placeholderData: keepPreviousData,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.datasets({ signal }).ListDatasets(request(organization, filter, pageSize, pageParam)),
    getNextPageParam: ({ nextPageToken }) => (nextPageToken === '' ? undefined : nextPageToken),
  })
}

export function useDataset(organization: string, id: string) {
  const api = useApi()
  return useQuery({
    queryKey: datasetKeys.dataset(organization, id),
    staleTime: 300_000,
    queryFn: ({ signal }) =>
      api.datasets({ signal }).GetDataset({ name: `organizations/${organization}/datasets/${id}` }),
  })
}
