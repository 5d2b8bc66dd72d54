import { TransferServiceService } from '@fairlead/proto/server/fairlead/credits/v1/transfers'
import { type CallContext, organizationContext } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import { placeOf } from '../attachments/index.ts'
import { categoryOf, directionOf, statesOf, transferMessage } from './transfer-messages.ts'
import type { Member, TransferKey, Transfers } from './transfers-service.ts'

const DEFAULT_PAGE_SIZE = 50

export function transfersHandler({
  transfers,
  pageTokens,
}: {
  readonly transfers: Transfers
  readonly pageTokens: PageTokens
}): RegisteredService {
  return registeredService(TransferServiceService, {
    async listTradePartners({ query }, context) {
      const partners = await transfers.partners(memberOf(context), query)
      return {
        partners: partners.map(({ slug, displayName }) => ({
          organization: `organizations/${slug}`,
          displayName,
        })),
      }
    },

    async listDeclarations() {
      const declarations = await transfers.declarations()
      return {
        declarations: declarations.map(({ id, text }) => ({ name: `creditDeclarations/${id}`, text })),
      }
    },

    async proposeTransfer(request, context) {
      const proposed = await transfers.propose(memberOf(context), {
        direction: directionOf(request.direction),
        partner: slugOf(request.partner),
        creditClass: codeOf(request.creditClass),
        amount: request.amount,
        pricePerCreditMicros: request.pricePerCreditMicros,
        currencyCode: request.currencyCode,
        category: categoryOf(request.category),
        effectiveDate: request.effectiveDate,
        expireTime: request.expireTime,
        attachments: request.attachments.map(({ displayName, url, file }) => ({ displayName, url, file })),
        declarations: request.declarations,
        comment: request.comment,
        dryRun: request.dryRun,
        requestId: request.requestId === '' ? undefined : request.requestId,
      })
      if (!request.dryRun)
        context.log.info({ transfer: proposed.transfer.id }, 'a transfer of credits is proposed')
      return transferMessage(proposed)
    },

    async getTransfer({ name }, context) {
      return transferMessage(await transfers.get(memberOf(context), idOf(name)))
    },

    async listTransfers({ parent, pageSize, pageToken, states, creditClass }, context) {
      const scope = pageScope('ListTransfers', { parent, states, creditClass })
      const [time, id] = pageTokens.decode(scope, pageToken) ?? []
      const { transfers: page, next } = await transfers.list(
        memberOf(context),
        { states: statesOf(states), creditClass: codeOf(creditClass) },
        time === undefined || id === undefined ? undefined : { time, id },
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      return {
        transfers: page.map((view) => ({ ...transferMessage(view), attachments: [] })),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.time, next.id]),
      }
    },

    async acceptTransfer(request, context) {
      return transferMessage(await transfers.accept(memberOf(context), keyOf(request), request.declarations))
    },

    async refuseTransfer(request, context) {
      return transferMessage(await transfers.refuse(memberOf(context), keyOf(request), request.reason))
    },

    async rescindTransfer(request, context) {
      return transferMessage(await transfers.rescind(memberOf(context), keyOf(request), request.reason))
    },

    createAttachmentUrl({ name }, context) {
      const { id, place } = placeOf(name)
      return transfers.attachmentAddress(memberOf(context), id, place)
    },

    async commentOnTransfer({ name, text, requestId }, context) {
      return transferMessage(
        await transfers.comment(
          memberOf(context),
          idOf(name),
          text,
          requestId === '' ? undefined : requestId,
        ),
      )
    },
  })
}

function memberOf(context: CallContext): Member {
  const { caller, organization, permissions } = organizationContext(context)
  return { userId: caller.userId, organizationId: organization.id, permissions }
}

function keyOf({ name, etag }: { readonly name: string; readonly etag: string }): TransferKey {
  return { id: idOf(name), etag }
}

/* The contract holds names to their forms. */

/** Of "organizations/{slug}/transfers/{id}". */
function idOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** Of "organizations/{slug}". */
function slugOf(name: string): string {
  return name.slice('organizations/'.length)
}

/** Of "creditClasses/{code}"; empty for the empty name. */
function codeOf(name: string): string {
  return name.slice('creditClasses/'.length)
}
