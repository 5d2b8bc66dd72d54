import {
  Alert,
  Anchor,
  Button,
  Group,
  Radio,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { type FormEvent, useRef, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { toApiError } from '../../../app/api-error'
import { EmptyState } from '../../../ui/empty-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { notifySuccess } from '../../../ui/notify'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'
import { useCaller } from '../../identity/caller'
import { useCreditClasses } from '../use-credit-classes'
import { type BookingDraft, draftProblems, emptyDraft, toRequest, transactionNameIn } from './booking-draft'
import { BookingFileField } from './booking-file-field'
import { useCreateBooking } from './booking-queries'
import { BookingRowsField } from './booking-rows-field'
import { bookingKinds, kindFromSlug, kindWords } from './booking-words'
import classes from './desk.module.css'
import { deskPath } from './desk-address'
import { bookingPath } from './desk-links'
import { DeskSubtitle } from './desk-subtitle'
import { EvidenceField } from './evidence-field'
import { ReversalField } from './reversal-field'
import { useDeskRights } from './use-desk-rights'

/** Draws a booking up for another person's approval. */
export default function NewBookingPage() {
  const rights = useDeskRights()
  if (rights.observe === undefined) return <ListSkeleton rows={8} />
  if (!rights.book) {
    return (
      <>
        <PageHeader title="New booking" />
        <Panel>
          <EmptyState
            icon={IconLock}
            title="Your role does not draw bookings up"
            text="The operator’s analysts and administrators do; directors approve them."
            action={
              <Anchor component={Link} to="/credits?view=bookings">
                Back to the bookings
              </Anchor>
            }
          />
        </Panel>
      </>
    )
  }
  return <NewBookingForm />
}

function NewBookingForm() {
  const [parameters] = useSearchParams()
  const navigate = useNavigate()
  const create = useCreateBooking()
  const creditClasses = useCreditClasses().data
  const operator = useCaller().data?.memberships.find(
    ({ kind, permissions }) => kind === 'ORGANIZATION_KIND_OPERATOR' && permissions.includes('files.read'),
  )
  const transaction = parameters.get('transaction') ?? ''
  const [draft, setDraft] = useState<BookingDraft>(() =>
    emptyDraft(
      transaction === ''
        ? (kindFromSlug(parameters.get('kind') ?? '') ?? 'BOOKING_KIND_ISSUANCE')
        : 'BOOKING_KIND_REVERSAL',
      transaction,
    ),
  )
  // Problems are told once somebody means to go on, and from then on as they come and go.
  const [judged, setJudged] = useState(false)
  const [fileIsRight, setFileIsRight] = useState(false)
  const requestId = useRef(crypto.randomUUID())
  const form = useRef<HTMLFormElement>(null)

  const problems = draftProblems(draft, creditClasses)
  const failure = create.error === null ? undefined : toApiError(create.error)
  const violations = failure?.violations ?? []
  const problemWith = (field: 'display_name' | 'reason' | 'reversed_transaction') =>
    violations.find((violation) => violation.field === field)?.description ??
    (judged ? problems[field] : undefined)
  const reversal = draft.kind === 'BOOKING_KIND_REVERSAL'
  const fromFile = !reversal && draft.source === 'file'

  const fileProblem = fileIsRight ? undefined : 'Every row of the file has to be right first.'

  const change = (changed: Partial<BookingDraft>) => {
    if (create.isError) create.reset()
    // What is sent is another request then, and not the same one again.
    requestId.current = crypto.randomUUID()
    setDraft({ ...draft, ...changed })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setJudged(true)
    if (Object.keys(problems).length > 0 || (fromFile && !fileIsRight)) {
      // After the problems are drawn.
      requestAnimationFrame(() =>
        form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid="true"]')?.focus(),
      )
      return
    }
    create.mutate(toRequest(draft, creditClasses, requestId.current), {
      onSuccess: (booking) => {
        notifySuccess('Drawn up for approval', booking.displayName)
        navigate(bookingPath(booking.name))
      },
    })
  }
  return (
    <>
      <PageHeader
        title="New booking"
        subtitle={
          <DeskSubtitle to={deskPath('bookings')} label="Bookings">
            <span>Nothing is booked before a second person approves it.</span>
          </DeskSubtitle>
        }
      />
      <form ref={form} onSubmit={submit} noValidate>
        <Stack gap="md">
          <Panel title="What">
            <Stack gap="md">
              <Radio.Group
                aria-label="Kind"
                value={draft.kind}
                onChange={(value) =>
                  change({ kind: bookingKinds.find((one) => one === value) ?? draft.kind })
                }
              >
                <div className={classes.kinds}>
                  {bookingKinds.map((kind) => (
                    <Radio.Card key={kind} value={kind} className={classes.kind ?? ''}>
                      <Group wrap="nowrap" align="flex-start" gap={10}>
                        <Radio.Indicator size="xs" mt={3} />
                        <div>
                          <Text size="sm" fw={600}>
                            {kindWords(kind).label}
                          </Text>
                          <Text size="xs" c="dimmed">
                            {kindWords(kind).text}
                          </Text>
                        </div>
                      </Group>
                    </Radio.Card>
                  ))}
                </div>
              </Radio.Group>
              <TextInput
                label="Title"
                required
                maxLength={120}
                maw={640}
                value={draft.displayName}
                error={problemWith('display_name')}
                onChange={(event) => change({ displayName: event.currentTarget.value })}
              />
              <Textarea
                label="Reason"
                description="Why, and on what evidence. Who approves it decides on this."
                required
                maxLength={4000}
                maw={640}
                autosize
                minRows={2}
                maxRows={12}
                value={draft.reason}
                error={problemWith('reason')}
                onChange={(event) => change({ reason: event.currentTarget.value })}
              />
              <EvidenceField
                organization={operator?.slug}
                files={draft.evidenceFiles}
                onFilesChange={(evidenceFiles) => change({ evidenceFiles })}
                urls={draft.evidence}
                problem={judged ? problems.evidence : undefined}
                onChange={(evidence) => change({ evidence })}
              />
            </Stack>
          </Panel>
          {reversal ? (
            <ReversalField
              typed={draft.reversed}
              name={transactionNameIn(draft.reversed)}
              problem={problemWith('reversed_transaction')}
              onChange={(reversed) => change({ reversed })}
            />
          ) : (
            <Panel
              title="Rows"
              actions={
                <SegmentedControl
                  size="xs"
                  aria-label="Where the rows come from"
                  value={draft.source}
                  onChange={(source) => change({ source: source === 'file' ? 'file' : 'rows' })}
                  data={[
                    { value: 'rows', label: 'By hand' },
                    { value: 'file', label: 'CSV file' },
                  ]}
                />
              }
            >
              {fromFile ? (
                <BookingFileField
                  kind={draft.kind}
                  file={draft.file}
                  problem={judged ? (problems.file ?? fileProblem) : undefined}
                  onChange={(file) => change({ file })}
                  onChecked={setFileIsRight}
                />
              ) : (
                <BookingRowsField
                  kind={draft.kind}
                  rows={draft.rows}
                  judged={judged}
                  violations={violations}
                  onChange={(rows) => change({ rows })}
                />
              )}
            </Panel>
          )}
          {failure !== undefined && (
            <Alert color="red" role="alert" title="It was not drawn up">
              {failure.message}
              {violations.map(({ field, description }) => (
                <div key={`${field} ${description}`}>
                  {field === '' ? description : `${placeOf(field)}: ${description}`}
                </div>
              ))}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button component={Link} to={deskPath('bookings')} variant="default">
              Close
            </Button>
            <Button type="submit" loading={create.isPending}>
              Send for approval
            </Button>
          </Group>
        </Stack>
      </form>
    </>
  )
}

/** "Row 3, amount" for the path "rows[2].amount"; other paths in words. */
function placeOf(field: string): string {
  const [, index, column] = /^rows\[(\d+)\](?:\.(\w+))?$/.exec(field) ?? []
  if (index === undefined) return field.replaceAll('_', ' ')
  return `Row ${Number(index) + 1}${column === undefined ? '' : `, ${column.replaceAll('_', ' ')}`}`
}
