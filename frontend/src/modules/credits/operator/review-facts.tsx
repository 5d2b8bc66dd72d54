import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Copyable } from '../../../ui/copyable'
import { Facts } from '../../../ui/facts'
import { formatUtc } from '../../../ui/format-time'
import { Panel } from '../../../ui/panel'
import { formatPrice, formatTotalPrice } from '../amount'
import { AmountText } from '../amount-text'
import { Attached } from '../attached-file'
import { tradeCategoryLabel, tradeCategoryText } from '../transfer-words'
import { creditClassOf, useCreditClasses } from '../use-credit-classes'
import { useTransferReviewService } from '../use-review-service'
import { ClassLabel } from './class-label'
import classes from './desk.module.css'
import { idOf } from './desk-links'

/** What was agreed on, and what it rests on. */
export function ReviewFacts({ transfer }: { transfer: Transfer }) {
  const reviews = useTransferReviewService()
  const decimals = creditClassOf(useCreditClasses().data, transfer.creditClass)?.decimals
  const { pricePerCreditMicros: price, currencyCode: currency } = transfer
  const entries: (readonly [string, ReactNode])[] = [
    ['Credits', <AmountText key="amount" amount={transfer.amount} creditClass={transfer.creditClass} />],
    ['Class', <ClassLabel key="class" name={transfer.creditClass} />],
    ['Price of one', price === 0n ? 'nothing' : formatPrice(price, currency)],
    [
      'Price of all',
      price === 0n
        ? 'nothing'
        : decimals === undefined
          ? '…'
          : formatTotalPrice(transfer.amount, decimals, price, currency),
    ],
    [
      'Category',
      <span key="category">
        {tradeCategoryLabel(transfer.category)}
        <Text size="xs" c="dimmed">
          {tradeCategoryText(transfer.category)}
        </Text>
      </span>,
    ],
    [
      'Proposed by',
      transfer.direction === 'TRANSFER_DIRECTION_BUY'
        ? `${transfer.buyerDisplayName}, to buy`
        : `${transfer.sellerDisplayName}, to sell`,
    ],
    [
      'Effective',
      transfer.effectiveDate === '' ? 'At once when approved' : `${transfer.effectiveDate} (UTC)`,
    ],
    ['Open until', transfer.expireTime === undefined ? '–' : formatUtc(transfer.expireTime)],
    ...(transfer.recordTime === undefined ? [] : ([['Recorded', formatUtc(transfer.recordTime)]] as const)),
    ['ID', <Copyable key="id" value={idOf(transfer.name)} what="transfer ID" />],
  ]
  return (
    <>
      <Panel title="Terms">
        <Facts entries={entries} />
      </Panel>
      {transfer.attachments.length > 0 && (
        <Panel title="Attachments">
          <Stack gap={4} align="flex-start">
            {transfer.attachments.map((attachment, place) => (
              <Attached
                key={`${attachment.url} ${attachment.file}`}
                attachment={attachment}
                sign={() =>
                  reviews().CreateReviewAttachmentUrl({
                    name: `transferReviews/${idOf(transfer.name)}/attachments/${place}`,
                  })
                }
              />
            ))}
          </Stack>
        </Panel>
      )}
      {transfer.signedDeclarations.length > 0 && (
        <Panel title="Signed">
          <Stack gap="md">
            {[...signersOf(transfer)].map(([signer, texts]) => (
              <div key={signer}>
                <Text size="sm" fw={570}>
                  {signer}
                </Text>
                {texts.map((text) => (
                  <Text size="sm" key={text} className={classes.preserved} c="dimmed">
                    “{text}”
                  </Text>
                ))}
              </div>
            ))}
          </Stack>
        </Panel>
      )}
    </>
  )
}

/** What each person signed, by who and when it was. */
function signersOf(transfer: Transfer): Map<string, string[]> {
  const signers = new Map<string, string[]>()
  for (const { text, userDisplayName, organization, time } of transfer.signedDeclarations) {
    const when = time === undefined ? '' : `, ${formatUtc(time)}`
    const signer = `${userDisplayName}, ${organizationName(transfer, organization)}${when}`
    signers.set(signer, [...(signers.get(signer) ?? []), text])
  }
  return signers
}

function organizationName(transfer: Transfer, organization: string): string {
  if (organization === transfer.seller) return transfer.sellerDisplayName
  if (organization === transfer.buyer) return transfer.buyerDisplayName
  return organization.replace('organizations/', '')
}
