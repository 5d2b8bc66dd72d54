import type {
  Algorithm,
  AlgorithmSpec,
  AlgorithmState,
  ListAlgorithmsResponse,
  ReviewAlgorithmRequest,
} from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { type ApiError, toApiError } from '../../app/api-error'
import { notifySuccess } from '../../ui/notify'
import { useAlgorithmService } from './use-algorithm-service'

const pageSize = 100
/** How often what waits for a decision is asked for again while it is looked at, milliseconds. */
const refreshMs = 5_000

const keys = {
  all: ['algorithms'] as const,
  of: (organization: string) => ['algorithms', 'of', organization] as const,
  review: ['algorithms', 'review'] as const,
}

/**
 * The organisation's own and those that others let it run, page after page.
 *
 * @param states only these; empty for all
 * @param algorithm only versions of this one of the organisation; empty for the latest of each, and the latest that is
 * approved
 * @param wanted nothing is asked for while it is false
 */
export function useAlgorithms(
  organization: string,
  states: readonly AlgorithmState[] = [],
  algorithm = '',
  wanted = true,
) {
  const algorithms = useAlgorithmService()
  return useInfiniteQuery({
    queryKey: [...keys.of(organization), 'list', states, algorithm],
    enabled: wanted,
    placeholderData: keepPreviousData,
    initialPageParam: '',
    // A decision of the operator comes from elsewhere.
    refetchInterval: refreshMs,
    queryFn: ({ pageParam, signal }): Promise<ListAlgorithmsResponse> =>
      algorithms({ signal }).ListAlgorithms({
        parent: `organizations/${organization}`,
        pageSize,
        pageToken: pageParam,
        states: [...states],
        algorithmId: algorithm,
      }),
    getNextPageParam: ({ nextPageToken }) => (nextPageToken === '' ? undefined : nextPageToken),
  })
}

/**
 * Every one that a step or a run of the organisation may name: approved ones, the latest of each.
 *
 * @param wanted nothing is asked for while it is false
 */
export function useApprovedAlgorithms(organization: string, wanted = true) {
  const algorithms = useAlgorithmService()
  return useQuery({
    queryKey: [...keys.of(organization), 'approved'],
    enabled: wanted,
    queryFn: async ({ signal }) => {
      const all: Algorithm[] = []
      let pageToken = ''
      do {
        const page = await algorithms({ signal }).ListAlgorithms({
          parent: `organizations/${organization}`,
          pageSize: 500,
          pageToken,
          states: ['ALGORITHM_STATE_APPROVED'],
          algorithmId: '',
        })
        all.push(...page.algorithms)
        pageToken = page.nextPageToken
      } while (pageToken !== '')
      return all
    },
  })
}

export interface Registration {
  /** Empty when the manifest names it. */
  readonly algorithmId: string
  /** One of the two. */
  readonly spec: AlgorithmSpec | undefined
  readonly manifest: string
}

/**
 * What the server finds wrong with a version that would be registered; asked again whenever it changes.
 *
 * @param wanted nothing is asked for while it is false
 */
export function useCheckedRegistration(organization: string, registration: Registration, wanted: boolean) {
  const algorithms = useAlgorithmService()
  return useQuery({
    queryKey: [...keys.of(organization), 'check', registration],
    enabled: wanted,
    // What was wrong stays in sight until it is known what is wrong now.
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<{ readonly refusal: ApiError | undefined }> => {
      try {
        await algorithms({ signal }).RegisterAlgorithm({
          parent: `organizations/${organization}`,
          ...registration,
          requestId: '',
          validateOnly: true,
        })
        return { refusal: undefined }
      } catch (error) {
        const refusal = toApiError(error)
        if (refusal.transient || refusal.cancelled) throw refusal
        return { refusal }
      }
    },
  })
}

export function useRegisterAlgorithm(organization: string) {
  const algorithms = useAlgorithmService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ requestId, ...registration }: Registration & { readonly requestId: string }) =>
      algorithms().RegisterAlgorithm({
        parent: `organizations/${organization}`,
        ...registration,
        requestId,
        validateOnly: false,
      }),
    onSuccess: ({ reference }) =>
      notifySuccess(`${reference} is registered`, 'It runs once the operator has approved it.'),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.all }),
  })
}

export function useWithdrawAlgorithm() {
  const algorithms = useAlgorithmService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ name }: Algorithm) => algorithms().WithdrawAlgorithm({ name }),
    onSuccess: ({ reference }) => notifySuccess(`${reference} is withdrawn`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.all }),
  })
}

/** Those of every organisation, what waits for a decision first. */
export function useAlgorithmsToReview(states: readonly AlgorithmState[]) {
  const algorithms = useAlgorithmService()
  return useInfiniteQuery({
    queryKey: [...keys.review, states],
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }): Promise<ListAlgorithmsResponse> =>
      algorithms({ signal }).ListAlgorithmsToReview({ pageSize, pageToken: pageParam, states: [...states] }),
    getNextPageParam: ({ nextPageToken }) => (nextPageToken === '' ? undefined : nextPageToken),
  })
}

export function useReviewAlgorithm() {
  const algorithms = useAlgorithmService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (review: ReviewAlgorithmRequest) => algorithms().ReviewAlgorithm(review),
    onSuccess: ({ reference, state }) =>
      notifySuccess(
        `${reference} is ${state === 'ALGORITHM_STATE_APPROVED' ? 'approved' : state === 'ALGORITHM_STATE_REJECTED' ? 'rejected' : 'revoked'}`,
        'Whoever registered it is told.',
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.all }),
  })
}
