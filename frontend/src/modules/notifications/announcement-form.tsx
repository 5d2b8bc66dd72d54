import {
  Button,
  Group,
  Input,
  MultiSelect,
  Radio,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { type FormEvent, useRef, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { formatUtc } from '../../ui/format-time'
import { notifySuccess } from '../../ui/notify'
import { Panel } from '../../ui/panel'
import { AnnounceDialog } from './announce-dialog'
import {
  type AnnouncementDraft,
  audienceOf,
  bodyLength,
  type DraftField,
  emptyDraft,
  problemsOf,
  publishTimeOf,
  titleLength,
} from './announcement-draft'
import { AnnouncementPreview } from './announcement-preview'
import { useAnnounce, useEveryOrganization, useRecipientCount } from './announcement-queries'
import classes from './announcements.module.css'
import { localZone, toLocalInput } from './local-time'
import { people } from './people'
import { severityLabel } from './severity-icon'
import { browserTimeZone, utcOffset } from './time-zone'

interface AnnouncementFormProps {
  readonly draft: AnnouncementDraft
  readonly onChange: (draft: AnnouncementDraft) => void
}

const severities = ['SEVERITY_INFO', 'SEVERITY_WARNING', 'SEVERITY_ERROR'] as const

/** Fields of the request whose problems stand beside fields of the form. */
const serverFields: Readonly<Record<DraftField, string>> = {
  title: 'title',
  body: 'body',
  organizations: 'organizations',
  link: 'link',
  time: 'publish_time',
}

export function AnnouncementForm({ draft, onChange }: AnnouncementFormProps) {
  const announce = useAnnounce()
  const organizations = useEveryOrganization()
  const [asking, setAsking] = useState(false)
  // Problems are told once the operator means to go on, and from then on as they come and go.
  const [judged, setJudged] = useState(false)
  const requestId = useRef(crypto.randomUUID())
  const form = useRef<HTMLFormElement>(null)

  const audience = audienceOf(draft)
  const isAudience = draft.audience === 'everyone' || audience.length > 0
  const recipients = useRecipientCount(audience, isAudience)
  const count = isAudience ? recipients.data : undefined
  const problems = problemsOf(draft, Date.now())
  const failure = announce.error === null ? undefined : toApiError(announce.error)
  const problemWith = (field: DraftField) =>
    failure?.violations.find((violation) => violation.field === serverFields[field])?.description ??
    (judged ? problems[field] : undefined)
  const time = publishTimeOf(draft)

  const change = (changed: Partial<AnnouncementDraft>) => {
    if (announce.isError) announce.reset()
    onChange({ ...draft, ...changed })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setJudged(true)
    if (Object.keys(problems).length > 0) {
      // After the problems are drawn.
      requestAnimationFrame(() =>
        form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid="true"]')?.focus(),
      )
      return
    }
    setAsking(true)
  }
  const send = () =>
    announce.mutate(
      { draft, requestId: requestId.current },
      {
        onSuccess: ({ state }) => {
          notifySuccess(
            state === 'ANNOUNCEMENT_STATE_SCHEDULED' ? 'Announcement scheduled' : 'Announced',
            draft.title.trim(),
          )
          requestId.current = crypto.randomUUID()
          setAsking(false)
          setJudged(false)
          onChange(emptyDraft)
        },
      },
    )

  return (
    <form ref={form} onSubmit={submit} noValidate className={classes.editor}>
      <Panel title="New announcement">
        <Stack gap="md">
          <TextInput
            label="Title"
            required
            maxLength={titleLength}
            value={draft.title}
            error={problemWith('title')}
            onChange={(event) => change({ title: event.currentTarget.value })}
          />
          <Textarea
            label="Text"
            description={`Plain text; line breaks are kept. ${draft.body.length.toLocaleString('en')} of ${bodyLength.toLocaleString('en')} characters`}
            autosize
            minRows={4}
            maxRows={16}
            maxLength={bodyLength}
            value={draft.body}
            error={problemWith('body')}
            onChange={(event) => change({ body: event.currentTarget.value })}
          />
          <div>
            <Input.Label component="div" display="block" id="announcement-severity" mb={3}>
              Kind
            </Input.Label>
            <SegmentedControl
              aria-labelledby="announcement-severity"
              value={draft.severity}
              onChange={(severity) => change({ severity: severity as AnnouncementDraft['severity'] })}
              data={severities.map((severity) => ({ value: severity, label: severityLabel(severity) }))}
            />
          </div>
          <TextInput
            label="Link"
            description="A page of this site, such as /operations, or an https address. May stay empty."
            value={draft.link}
            error={problemWith('link')}
            onChange={(event) => change({ link: event.currentTarget.value })}
          />
          <Radio.Group
            label="For"
            value={draft.audience}
            onChange={(value) => change({ audience: value === 'chosen' ? 'chosen' : 'everyone' })}
          >
            <Group gap="lg" mt={6}>
              <Radio value="everyone" label="Everyone" />
              <Radio value="chosen" label="Members of some organisations" />
            </Group>
          </Radio.Group>
          {draft.audience === 'chosen' && (
            <MultiSelect
              label="Organisations"
              required
              size="sm"
              searchable
              hidePickedOptions
              nothingFoundMessage="No such organisation"
              placeholder={
                organizations.isPending ? 'Loading…' : draft.organizations.length === 0 ? 'Choose' : ''
              }
              data={(organizations.data ?? []).map(({ name, displayName }) => ({
                value: name,
                label: displayName,
              }))}
              value={[...draft.organizations]}
              error={
                organizations.isError
                  ? `The organisations could not be read: ${toApiError(organizations.error).message}`
                  : problemWith('organizations')
              }
              onChange={(chosen) => change({ organizations: chosen })}
            />
          )}
          <Radio.Group
            label="When"
            value={draft.when}
            onChange={(value) =>
              change(
                value === 'later'
                  ? { when: 'later', time: draft.time || toLocalInput(nextHour(Date.now())) }
                  : { when: 'now' },
              )
            }
          >
            <Group gap="lg" mt={6}>
              <Radio value="now" label="At once" />
              <Radio value="later" label="At a time" />
            </Group>
          </Radio.Group>
          {draft.when === 'later' && (
            <TextInput
              type="datetime-local"
              label={`Time (${localZone()}, ${utcOffset(browserTimeZone(), time?.getTime() ?? Date.now())})`}
              description={time === undefined ? undefined : `This is ${formatUtc(time)}.`}
              required
              maw={320}
              min={toLocalInput(new Date())}
              value={draft.time}
              error={problemWith('time')}
              onChange={(event) => change({ time: event.currentTarget.value })}
            />
          )}
          <Group justify="space-between" gap="sm">
            <Text
              size="sm"
              c={count === 0 || recipients.isError ? 'var(--mantine-color-error)' : 'dimmed'}
              role="status"
            >
              {!isAudience
                ? 'Nobody yet'
                : recipients.isError
                  ? `The recipients could not be counted: ${toApiError(recipients.error).message}`
                  : count === undefined
                    ? 'Counting…'
                    : count === 0
                      ? 'Nobody would get it.'
                      : `Goes to ${people(count)}`}
            </Text>
            {isAudience && recipients.isError && (
              <Button variant="default" loading={recipients.isFetching} onClick={() => recipients.refetch()}>
                Count again
              </Button>
            )}
            <Button
              type="submit"
              leftSection={<IconSend size={16} aria-hidden />}
              disabled={isAudience && (count === undefined || count === 0)}
            >
              {draft.when === 'later' ? 'Schedule…' : 'Announce…'}
            </Button>
          </Group>
        </Stack>
      </Panel>
      <div className={classes.beside}>
        <Panel title="As it will stand in the inbox">
          <AnnouncementPreview draft={draft} />
        </Panel>
      </div>
      <AnnounceDialog
        draft={draft}
        recipientCount={count ?? 0}
        opened={asking}
        pending={announce.isPending}
        error={announce.error}
        onConfirm={send}
        onClose={() => setAsking(false)}
      />
    </form>
  )
}

/** @param now milliseconds since the epoch */
function nextHour(now: number): Date {
  return new Date((Math.floor(now / 3_600_000) + 1) * 3_600_000)
}
