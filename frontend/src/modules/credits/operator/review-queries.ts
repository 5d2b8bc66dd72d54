import type { Review, ReviewState } from '@fairlead/proto/web/fairlead/credits/v1/reviews'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTransferReviewService } from '../use-review-service'
import { deskKeys } from './desk-keys'

/** How often the queue is asked for again while it is looked at, milliseconds. */
const refreshMs = 10_000

interface ReviewFilter {
  /** Empty means all, those that wait for the operator first. */
  readonly states: readonly ReviewState[]
  /** Slug; empty means all. */
  readonly organization: string
}

const reviewPageSize = 50

export function useReviews(filter: ReviewFilter, pageToken: string) {
  const client = useTransferReviewService()
  return useQuery({
    queryKey: [...deskKeys.reviews, filter, pageToken],
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
    queryFn: ({ signal }) =>
      client({ signal }).ListReviews({
        pageSize: reviewPageSize,
        pageToken,
        states: [...filter.states],
        organization: filter.organization === '' ? '' : `organizations/${filter.organization}`,
      }),
  })
}

export function useReview(name: string) {
  const client = useTransferReviewService()
  return useQuery({
    queryKey: deskKeys.review(name),
    refetchInterval: refreshMs,
    queryFn: ({ signal }) => client({ signal }).GetReview({ name }),
  })
}

/** What the caller does to a transfer under review. */
export type ReviewDecision =
  | { readonly kind: 'recommend'; readonly approval: boolean; readonly reason: string }
  | { readonly kind: 'approve' }
  | { readonly kind: 'decline'; readonly reason: string }
  | { readonly kind: 'record' }

export function useDecideReview(review: Pick<Review, 'name' | 'etag'>) {
  const client = useTransferReviewService()
  const queryClient = useQueryClient()
  const { name, etag } = review
  return useMutation({
    mutationFn: async (decision: ReviewDecision): Promise<Review | undefined> => {
      switch (decision.kind) {
        case 'recommend':
          return client().RecommendTransfer({
            name,
            etag,
            approval: decision.approval,
            reason: decision.reason,
          })
        case 'approve':
          return client().ApproveTransfer({ name, etag })
        case 'decline':
          return client().DeclineTransfer({ name, etag, reason: decision.reason })
        case 'record':
          return (await client().RecordTransfers({ names: [name], dryRun: false })).reviews[0]
        default:
          return decision satisfies never
      }
    },
    // Whatever the answer, what the page shows may be old: somebody else may have been faster. The parties' figures
    // come with GetReview alone.
    onSettled: () => queryClient.invalidateQueries({ queryKey: deskKeys.all }),
  })
}

export function useCommentOnReview(name: string) {
  const client = useTransferReviewService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (comment: { text: string; public: boolean; requestId: string }) =>
      client().CommentOnReview({ name, ...comment }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: deskKeys.review(name) }),
  })
}

/** Records approved transfers, all or none; a dry run checks them all and changes nothing. */
export function useRecordTransfers() {
  const client = useTransferReviewService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: async (request: { names: readonly string[]; dryRun: boolean }) =>
      (await client().RecordTransfers({ names: [...request.names], dryRun: request.dryRun })).reviews,
    onSettled: (_reviews, error, { dryRun }) => {
      if (!dryRun || error !== null) return queryClient.invalidateQueries({ queryKey: deskKeys.all })
      return undefined
    },
  })
}
