import type { LookReason } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import type { LocationPurpose } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { Button, Group, Select, Stack, Text, Textarea } from '@mantine/core'
import { IconEye } from '@tabler/icons-react'
import { useState } from 'react'
import classes from './look-form.module.css'
import { reasonLength } from './look-reason'

interface LookFormProps {
  readonly purposes: readonly LocationPurpose[]
  readonly before: LookReason | undefined
  readonly onGiven: (look: LookReason) => void
  readonly onCancel: (() => void) | undefined
}

/** Asks why, before anything is shown. */
export function LookForm({ purposes, before, onGiven, onCancel }: LookFormProps) {
  const [purpose, setPurpose] = useState(
    purposes.some(({ name }) => name === before?.purpose) ? before?.purpose : purposes[0]?.name,
  )
  const [reason, setReason] = useState(before?.reason ?? '')
  const [isTried, setTried] = useState(false)
  const isTooShort = reason.trim().length < reasonLength.minimum
  const description = purposes.find(({ name }) => name === purpose)?.description
  return (
    <form
      className={classes.form}
      aria-label="Purpose and reason"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (purpose !== undefined && !isTooShort) onGiven({ purpose, reason: reason.trim() })
      }}
    >
      <Stack gap="md">
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <span className={classes.symbol}>
            <IconEye size={22} stroke={1.6} aria-hidden />
          </span>
          <div>
            <Text fw={620} size="lg" component="h2">
              Why do you look?
            </Text>
            <Text size="sm" c="dimmed">
              Every look is written down. The persons you look at, and those shown beside them, can read who
              looked, when, for what purpose and why.
            </Text>
          </div>
        </Group>
        <Select
          label="Purpose"
          description={description === '' ? undefined : description}
          data={purposes.map(({ name, displayName }) => ({ value: name, label: displayName }))}
          value={purpose ?? null}
          onChange={(value) => setPurpose(value ?? undefined)}
          allowDeselect={false}
        />
        <Textarea
          label="Reason"
          description="In your words, for those who are looked at."
          placeholder="For example: case 4711, who was near between 9 and 12"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={reasonLength.maximum}
          error={isTried && isTooShort ? `Write at least ${reasonLength.minimum} characters.` : undefined}
          autosize
          minRows={2}
          maxRows={6}
          required
          data-autofocus
        />
        <Group justify="flex-end" gap="xs">
          {onCancel !== undefined && (
            <Button variant="default" onClick={onCancel}>
              Keep as it was
            </Button>
          )}
          <Button type="submit">Open the map</Button>
        </Group>
        <Text size="xs" c="dimmed">
          Kept until you close this tab. Only persons who consented to the purpose are found.
        </Text>
      </Stack>
    </form>
  )
}
