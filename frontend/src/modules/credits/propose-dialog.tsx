import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { dayOf } from '../../ui/day'
import { Facts } from '../../ui/facts'
import { formatAmount, formatPrice, formatTotalPrice } from './amount'
import type { Proposal } from './proposal'
import { tradeCategoryLabel } from './transfer-words'

interface ProposeDialogProps {
  readonly proposal: Proposal
  readonly creditClass: CreditClass
  readonly partner: string
  readonly opened: boolean
  readonly pending: boolean
  /** What the server said to it. */
  readonly problem: string | undefined
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Shows what was checked, once more, before it is proposed. */
export default function ProposeDialog({
  proposal,
  creditClass,
  partner,
  opened,
  pending,
  problem,
  onConfirm,
  onClose,
}: ProposeDialogProps) {
  const { decimals } = creditClass
  const sells = proposal.direction === 'TRANSFER_DIRECTION_SELL'
  const { amount, pricePerCreditMicros: price, currencyCode, expireTime } = proposal
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={sells ? 'Propose this sale?' : 'Propose this purchase?'}
      size="md"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Facts
          entries={[
            [sells ? 'To' : 'From', partner],
            ['Credits', `${formatAmount(amount, decimals)} of ${creditClass.displayName}`],
            [
              'Price',
              price === 0n
                ? 'Nothing'
                : `${formatTotalPrice(amount, decimals, price, currencyCode)} (${formatPrice(price, currencyCode)} each)`,
            ],
            ['Category', tradeCategoryLabel(proposal.category)],
            [
              'Recorded',
              proposal.effectiveDate === '' ? 'When it is approved' : `On ${proposal.effectiveDate}`,
            ],
            [
              'Open until',
              expireTime === undefined ? '30 days from now' : dayOf(new Date(expireTime.getTime() - 1)),
            ],
          ]}
        />
        <Text size="sm">
          {sells
            ? `${formatAmount(amount, decimals)} credits are set aside until the transfer is recorded or ends.`
            : 'The seller’s credits are set aside when the seller accepts.'}
        </Text>
        {problem !== undefined && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Change it
          </Button>
          <Button loading={pending} onClick={onConfirm} data-autofocus>
            Propose
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
