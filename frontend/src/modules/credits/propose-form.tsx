import type { Balance, CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import type {
  Declaration,
  TradeCategory,
  TransferDirection,
} from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Alert, Button, Group, SegmentedControl, Select, Stack, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, lazy, useMemo, useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { toApiError } from '../../app/api-error'
import { useOrganization } from '../../app/organization'
import { dayOf, daysAfter } from '../../ui/day'
import { LazyDialog } from '../../ui/lazy-dialog'
import { notifySuccess } from '../../ui/notify'
import { Panel } from '../../ui/panel'
import { formatAmount, parseAmount } from './amount'
import { AttachmentsField } from './attachments-field'
import { creditKeys } from './credit-keys'
import { currencies } from './currencies'
import { DeclarationsField } from './declarations-field'
import { PartnerSelect } from './partner-select'
import {
  checkDraft,
  type Draft,
  longestOpenDays,
  type Problems,
  type Proposal,
  problemsFromServer,
  usualOpenDays,
} from './proposal'
import { ProposalSummary } from './proposal-summary'
import classes from './propose-form.module.css'
import { keepTransfer, useTradePartners } from './transfer-queries'
import { tradeCategories, tradeCategoryLabel, tradeCategoryText } from './transfer-words'
import { isUsable } from './use-credit-classes'
import { useTransferService } from './use-transfer-service'

const ProposeDialog = lazy(() => import('./propose-dialog'))

interface ProposeFormProps {
  readonly initial: Draft
  readonly creditClasses: readonly CreditClass[]
  readonly declarations: readonly Declaration[]
  /** Undefined while they are not known. */
  readonly balances: readonly Balance[] | undefined
}

/** What was checked, and is the same proposal however often it is sent. */
interface Checked {
  readonly proposal: Proposal
  readonly requestId: string
}

export function ProposeForm({ initial, creditClasses, declarations, balances }: ProposeFormProps) {
  const organization = useOrganization()
  const transfers = useTransferService()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const form = useRef<HTMLFormElement>(null)
  const usable = creditClasses.filter(isUsable)
  const [draft, setDraft] = useState<Draft>(() => ({
    ...initial,
    creditClass: usable.some(({ name }) => name === initial.creditClass)
      ? initial.creditClass
      : (usable[0]?.name ?? ''),
  }))
  const [chosenPartner, setChosenPartner] = useState('')
  const [shown, setShown] = useState<Problems>({})
  const [asking, setAsking] = useState<Checked & { opened: boolean }>()
  const currencyOptions = useMemo(currencies, [])

  // An address may have chosen it.
  const partners = useTradePartners(organization.slug, '')
  const partner =
    chosenPartner ||
    (partners.data?.find(({ organization: name }) => name === draft.partner)?.displayName ??
      draft.partner.replace('organizations/', ''))
  const today = dayOf(new Date())
  const creditClass = usable.find(({ name }) => name === draft.creditClass)
  const balance = balances?.find(({ creditClass: name }) => name === draft.creditClass)
  const available = balances === undefined ? undefined : (balance?.available ?? 0n)
  const context = { creditClasses: usable, declarations, available, today }
  const sells = draft.direction === 'TRANSFER_DIRECTION_SELL'
  const isGift = draft.category === 'TRADE_CATEGORY_GIFT'

  const check = useMutation({
    mutationFn: ({ proposal }: Checked) =>
      transfers().ProposeTransfer({ ...proposal, parent: organization.name, dryRun: true }),
    onSuccess: (_, checked) => setAsking({ ...checked, opened: true }),
    onError: (error) => showServerProblems(error),
  })
  const propose = useMutation({
    mutationFn: ({ proposal, requestId }: Checked) =>
      transfers().ProposeTransfer({ ...proposal, parent: organization.name, requestId }),
    onSuccess: (transfer) => {
      const id = transfer.name.slice(transfer.name.lastIndexOf('/') + 1)
      keepTransfer(queryClient, organization.slug, id, transfer)
      notifySuccess('Transfer proposed', `${partner} is told.`)
      void navigate(`${organization.path}/transfers/${id}`)
    },
    onError: (error) => {
      showServerProblems(error)
      // What is available, or what has to be agreed to, may be another now.
      void queryClient.invalidateQueries({ queryKey: creditKeys.balances(organization.slug) })
      void queryClient.invalidateQueries({ queryKey: creditKeys.declarations })
      if (toApiError(error).violations.length > 0) {
        setAsking((current) => current && { ...current, opened: false })
      }
    },
  })
  const checkFailure = check.error === null ? undefined : toApiError(check.error)
  const others = checkFailure === undefined ? [] : problemsFromServer(checkFailure.violations).others
  const problem =
    checkFailure === undefined || (checkFailure.violations.length > 0 && others.length === 0)
      ? undefined
      : (others[0] ?? checkFailure.message)

  function showServerProblems(error: unknown) {
    show(problemsFromServer(toApiError(error).violations).problems)
  }
  function show(problems: Problems) {
    setShown(problems)
    // After they are on the page.
    requestAnimationFrame(() =>
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-problem="true"] input')?.focus(),
    )
  }
  const change = (changed: Partial<Draft>) => {
    check.reset()
    propose.reset()
    setDraft((current) => ({ ...current, ...changed }))
    setShown((problems) => {
      const names = Object.keys(changed)
      const left = Object.entries(problems).filter(([name]) => !names.some((one) => name.startsWith(one)))
      return Object.fromEntries(left)
    })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { proposal, problems } = checkDraft(draft, context)
    if (problems !== undefined) return show(problems)
    setShown({})
    check.mutate({ proposal, requestId: crypto.randomUUID() })
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className={classes.layout}>
      <Panel>
        <Stack gap="md">
          <SegmentedControl
            aria-label="Sell or buy"
            value={draft.direction}
            onChange={(direction) =>
              change({ direction: direction as TransferDirection, amount: draft.amount })
            }
            data={[
              { value: 'TRANSFER_DIRECTION_SELL', label: 'Sell credits' },
              { value: 'TRANSFER_DIRECTION_BUY', label: 'Buy credits' },
            ]}
          />
          <PartnerSelect
            organization={organization.slug}
            label={sells ? 'To' : 'From'}
            value={draft.partner}
            error={shown.partner}
            onChange={(name, displayName) => {
              setChosenPartner(displayName)
              change({ partner: name })
            }}
          />
          <div className={classes.pair}>
            <Select
              label="Class"
              withAsterisk
              allowDeselect={false}
              data={usable.map(({ name, displayName }) => ({ value: name, label: displayName }))}
              value={draft.creditClass === '' ? null : draft.creditClass}
              nothingFoundMessage="No class can be traded now"
              error={shown.creditClass}
              onChange={(name) => change({ creditClass: name ?? '', amount: draft.amount })}
            />
            <TextInput
              label="Credits"
              withAsterisk
              inputMode="decimal"
              autoComplete="off"
              value={draft.amount}
              description={
                creditClass !== undefined && available !== undefined
                  ? `${formatAmount(available, creditClass.decimals)} available`
                  : undefined
              }
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              error={shown.amount ?? liveProblem(draft, creditClass, available)}
              onChange={(event) => change({ amount: event.currentTarget.value })}
            />
          </div>
          <Select
            label="Category"
            allowDeselect={false}
            data={tradeCategories.map((category) => ({
              value: category,
              label: tradeCategoryLabel(category),
            }))}
            value={draft.category}
            description={tradeCategoryText(draft.category)}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            error={shown.category}
            onChange={(category) =>
              category !== null && change({ category: category as TradeCategory, price: draft.price })
            }
          />
          <div className={classes.pair}>
            <TextInput
              label="Price of one credit"
              withAsterisk={!isGift}
              inputMode="decimal"
              autoComplete="off"
              disabled={isGift}
              value={isGift ? '0' : draft.price}
              error={shown.price}
              onChange={(event) => change({ price: event.currentTarget.value })}
            />
            <Select
              label="Currency"
              searchable
              limit={60}
              allowDeselect={false}
              disabled={isGift}
              data={currencyOptions}
              value={draft.currency === '' ? null : draft.currency}
              error={shown.currency}
              onChange={(currency) => change({ currency: currency ?? '' })}
            />
          </div>
          <div className={classes.pair}>
            <TextInput
              type="date"
              label="Effective date"
              description="Recorded on this day (UTC); empty for as soon as it is approved"
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              min={today}
              value={draft.effectiveDate}
              error={shown.effectiveDate}
              onChange={(event) => change({ effectiveDate: event.currentTarget.value })}
            />
            <TextInput
              type="date"
              label="Open until"
              description="The last day (UTC) on which it can be accepted"
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              min={today}
              max={daysAfter(today, longestOpenDays)}
              value={draft.lastDay || daysAfter(today, usualOpenDays)}
              error={shown.lastDay}
              onChange={(event) => change({ lastDay: event.currentTarget.value })}
            />
          </div>
          <AttachmentsField
            organization={organization.slug}
            mayAttachFiles={organization.may('files.read')}
            attachments={draft.attachments}
            problems={shown}
            onChange={(attachments) => change({ attachments })}
          />
          <Textarea
            label="Comment"
            description="The other side and the operator read it"
            autosize
            minRows={2}
            maxRows={8}
            maxLength={2000}
            value={draft.comment}
            error={shown.comment}
            onChange={(event) => change({ comment: event.currentTarget.value })}
          />
          <div data-problem={shown.agreed !== undefined}>
            <DeclarationsField
              declarations={declarations}
              agreed={draft.agreed}
              error={shown.agreed}
              onChange={(agreed) => change({ agreed })}
            />
          </div>
          {problem !== undefined && (
            <Alert color="red" role="alert" title="It cannot be proposed">
              {problem}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button component={Link} to={`${organization.path}/transfers`} variant="default">
              Cancel
            </Button>
            <Button type="submit" loading={check.isPending}>
              Check and go on
            </Button>
          </Group>
        </Stack>
      </Panel>
      <ProposalSummary draft={draft} partner={partner} creditClass={creditClass} available={available} />
      {asking !== undefined && creditClass !== undefined && (
        <LazyDialog opened={asking.opened}>
          {(opened) => (
            <ProposeDialog
              proposal={asking.proposal}
              creditClass={creditClass}
              partner={partner}
              opened={opened}
              pending={propose.isPending}
              problem={propose.error === null ? undefined : toApiError(propose.error).message}
              onConfirm={() => propose.mutate(asking)}
              onClose={() => {
                propose.reset()
                setAsking({ ...asking, opened: false })
              }}
            />
          )}
        </LazyDialog>
      )}
    </form>
  )
}

/** Of the amount, as it is typed: more than there is, or what cannot become a number. */
function liveProblem(
  draft: Draft,
  creditClass: CreditClass | undefined,
  available: bigint | undefined,
): string | undefined {
  if (creditClass === undefined || draft.amount.trim() === '') return undefined
  const { amount, problem } = parseAmount(draft.amount, creditClass.decimals, { minimum: 0n })
  if (problem !== undefined) return problem
  const isShort =
    draft.direction === 'TRANSFER_DIRECTION_SELL' && available !== undefined && amount > available
  return isShort ? `Only ${formatAmount(available, creditClass.decimals)} are available.` : undefined
}
