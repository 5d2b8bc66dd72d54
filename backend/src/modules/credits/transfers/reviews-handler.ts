import { TransferReviewServiceService } from '@fairlead/proto/server/fairlead/credits/v1/reviews'
import { type CallContext, callerOf } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import { placeOf } from '../attachments/index.ts'
import { reviewMessage, reviewStatesOf } from './review-messages.ts'
import type { ReviewCursor, Reviewer, TransferReviews } from './reviews-service.ts'
import type { TransferKey } from './transfers-service.ts'

const DEFAULT_PAGE_SIZE = 50

export function reviewsHandler({
  reviews,
  pageTokens,
}: {
  readonly reviews: TransferReviews
  readonly pageTokens: PageTokens
}): RegisteredService {
  const reviewerOf = (context: CallContext): Promise<Reviewer> =>
    reviews.reviewer(callerOf(context).userId, context.tokenScopes)

  return registeredService(TransferReviewServiceService, {
    async listReviews({ pageSize, pageToken, states, organization }, context) {
      const scope = pageScope('ListReviews', { states, organization })
      const { reviews: page, next } = await reviews.list(
        await reviewerOf(context),
        { states: reviewStatesOf(states), organization: organization.slice('organizations/'.length) },
        cursorOf(pageTokens.decode(scope, pageToken)),
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      return {
        reviews: page.map(reviewMessage),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.part, next.time, next.id]),
      }
    },

    async getReview({ name }, context) {
      return reviewMessage(await reviews.get(await reviewerOf(context), idOf(name)))
    },

    async recommendTransfer(request, context) {
      const recommendation = request.approval ? 'approval' : 'rejection'
      return reviewMessage(
        await reviews.recommend(await reviewerOf(context), keyOf(request), recommendation, request.reason),
      )
    },

    async approveTransfer(request, context) {
      return reviewMessage(await reviews.approve(await reviewerOf(context), keyOf(request)))
    },

    async declineTransfer(request, context) {
      return reviewMessage(await reviews.decline(await reviewerOf(context), keyOf(request), request.reason))
    },

    async recordTransfers({ names, dryRun }, context) {
      const recorded = await reviews.record(await reviewerOf(context), names.map(idOf), { dryRun })
      if (!dryRun) context.log.info({ transfers: recorded.length }, 'transfers of credits are recorded')
      return { reviews: recorded.map(reviewMessage) }
    },

    async commentOnReview({ name, text, public: isPublic, requestId }, context) {
      const comment = { text, public: isPublic, requestId: requestId === '' ? undefined : requestId }
      return reviewMessage(await reviews.comment(await reviewerOf(context), idOf(name), comment))
    },

    createReviewAttachmentUrl({ name }, context) {
      const { id, place } = placeOf(name)
      return reviews.attachmentAddress(callerOf(context).userId, id, place)
    },

    async setDeclarations({ texts }, context) {
      const declarations = await reviews.setDeclarations(texts)
      context.log.info({ declarations: declarations.length }, 'the declarations of transfers are replaced')
      return {
        declarations: declarations.map(({ id, text }) => ({ name: `creditDeclarations/${id}`, text })),
      }
    },
  })
}

function cursorOf(position: readonly string[] | undefined): ReviewCursor | undefined {
  const [part, time, id] = position ?? []
  if (time === undefined || id === undefined) return undefined
  return { part: part === 'rest' ? 'rest' : 'waiting', time, id }
}

function keyOf({ name, etag }: { readonly name: string; readonly etag: string }): TransferKey {
  return { id: idOf(name), etag }
}

/** Of "transferReviews/{id}", whose form the contract holds it to. */
function idOf(name: string): string {
  return name.slice('transferReviews/'.length)
}
