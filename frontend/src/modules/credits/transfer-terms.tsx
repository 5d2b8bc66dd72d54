import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Anchor, Stack } from '@mantine/core'
import { Link } from 'react-router'
import { Copyable } from '../../ui/copyable'
import { Facts } from '../../ui/facts'
import { formatUtc } from '../../ui/format-time'
import { Panel } from '../../ui/panel'
import { formatAmount, formatPrice, formatTotalPrice } from './amount'
import { Attached } from './attached-file'
import { tradeCategoryLabel } from './transfer-words'
import { classCode } from './use-credit-classes'
import { useTransferService } from './use-transfer-service'

interface TransferTermsProps {
  readonly transfer: Transfer
  readonly creditClass: CreditClass | undefined
  /** Of pages of the organisation that looks at it: "/o/{slug}". */
  readonly path: string
  readonly id: string
}

export function TransferTerms({ transfer, creditClass, path, id }: TransferTermsProps) {
  const transfers = useTransferService()
  const decimals = creditClass?.decimals ?? 0
  const { amount, pricePerCreditMicros: price, currencyCode } = transfer
  return (
    <Panel title="Terms">
      <Facts
        entries={[
          ['Seller', transfer.sellerDisplayName || transfer.seller],
          ['Buyer', transfer.buyerDisplayName || transfer.buyer],
          ['Credits', creditClass === undefined ? '…' : formatAmount(amount, decimals)],
          ['Class', creditClass?.displayName ?? classCode(transfer.creditClass)],
          ['Price', price === 0n ? 'Free' : formatTotalPrice(amount, decimals, price, currencyCode)],
          ...(price === 0n ? [] : ([['Per credit', formatPrice(price, currencyCode)]] as const)),
          ['Category', tradeCategoryLabel(transfer.category)],
          [
            'Effective',
            transfer.effectiveDate === '' ? 'As soon as it is approved' : `${transfer.effectiveDate} (UTC)`,
          ],
          ['Open until', transfer.expireTime === undefined ? '–' : formatUtc(transfer.expireTime)],
          ...(transfer.recordTime === undefined
            ? []
            : ([['Recorded', formatUtc(transfer.recordTime)]] as const)),
          [
            'Documents',
            transfer.attachments.length === 0 ? (
              'None'
            ) : (
              <Stack key="documents" gap={2} align="flex-start">
                {transfer.attachments.map((attachment, place) => (
                  <Attached
                    key={`${attachment.url} ${attachment.file}`}
                    attachment={attachment}
                    sign={() =>
                      transfers().CreateAttachmentUrl({ name: `${transfer.name}/attachments/${place}` })
                    }
                  />
                ))}
              </Stack>
            ),
          ],
          [
            'Statement',
            <Anchor
              key="statement"
              component={Link}
              to={`${path}/credits/statement?about=transfers/${id}`}
              inherit
            >
              Lines about this transfer
            </Anchor>,
          ],
          ['Number', <Copyable key="id" value={id} what="the transfer’s number" />],
        ]}
      />
    </Panel>
  )
}
