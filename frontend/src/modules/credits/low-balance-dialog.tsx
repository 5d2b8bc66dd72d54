import type { Balance, CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { notifySuccess } from '../../ui/notify'
import { amountToText, formatAmount, parseAmount } from './amount'
import { creditKeys } from './credit-keys'
import { unitText } from './unit-text'
import { useCreditService } from './use-credit-service'

interface LowBalanceDialogProps {
  readonly organization: string
  readonly balance: Balance
  readonly creditClass: CreditClass
  readonly opened: boolean
  readonly onClose: () => void
}

/** Below which balance treasurers and administrators are told. */
export default function LowBalanceDialog({
  organization,
  balance,
  creditClass,
  opened,
  onClose,
}: LowBalanceDialogProps) {
  const credits = useCreditService()
  const queryClient = useQueryClient()
  const { decimals } = creditClass
  const [text, setText] = useState(() =>
    balance.lowBalance === 0n ? '' : amountToText(balance.lowBalance, decimals),
  )
  // Nothing is told while it is being typed, but for what cannot become right.
  const parsed = text.trim() === '' ? { amount: 0n } : parseAmount(text, decimals, { minimum: 0n })

  const save = useMutation({
    mutationFn: (lowBalance: bigint) =>
      credits().SetLowBalance({
        parent: `organizations/${organization}`,
        creditClass: balance.creditClass,
        lowBalance,
      }),
    onSuccess: ({ lowBalance }) => {
      queryClient.setQueryData<Balance[]>(creditKeys.balances(organization), (balances) =>
        balances?.map((one) => (one.creditClass === balance.creditClass ? { ...one, lowBalance } : one)),
      )
      notifySuccess(
        lowBalance === 0n ? 'Warning switched off' : `Warning below ${formatAmount(lowBalance, decimals)}`,
        creditClass.displayName,
      )
      onClose()
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: creditKeys.balances(organization) }),
  })
  const failure = save.error === null ? undefined : toApiError(save.error)
  const problem =
    parsed.problem ?? failure?.violations.find(({ field }) => field === 'low_balance')?.description

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (parsed.amount !== undefined) save.mutate(parsed.amount)
  }

  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Warning for ${creditClass.displayName}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Warn when less is available than"
            description="Treasurers and administrators are told once. Leave it empty for no warning."
            inputMode="decimal"
            autoComplete="off"
            data-autofocus
            value={text}
            rightSection={unitText(creditClass.unit)}
            rightSectionWidth="auto"
            rightSectionProps={{ style: { paddingInline: 12, color: 'var(--mantine-color-dimmed)' } }}
            error={problem}
            onChange={(event) => {
              save.reset()
              setText(event.currentTarget.value)
            }}
          />
          {failure !== undefined && failure.violations.length === 0 && (
            <Alert color="red" role="alert">
              {failure.message}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
            <Button type="submit" loading={save.isPending} disabled={parsed.amount === undefined}>
              Set
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
