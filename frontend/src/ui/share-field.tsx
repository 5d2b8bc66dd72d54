import { Alert, Button, Group, TextInput, type TextInputProps } from '@mantine/core'
import type { FormEvent } from 'react'

interface ShareFieldProps extends Pick<TextInputProps, 'label' | 'description' | 'pattern' | 'placeholder'> {
  readonly type: 'email' | 'text'
  readonly value: string
  readonly pending: boolean
  /** Why the value cannot be taken. */
  readonly problem: string | undefined
  /** What went wrong otherwise. */
  readonly failure: string | undefined
  readonly onChange: (value: string) => void
  readonly onShare: (value: string) => void
}

/** Whom to share with, and the button that does it. */
export function ShareField({
  value,
  pending,
  problem,
  failure,
  onChange,
  onShare,
  ...field
}: ShareFieldProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onShare(value.trim())
  }
  return (
    <>
      <form onSubmit={submit}>
        <TextInput
          {...field}
          required
          maxLength={254}
          data-autofocus
          value={value}
          error={problem}
          onChange={(event) => onChange(event.currentTarget.value)}
          inputContainer={(input) => (
            <Group gap="xs" wrap="nowrap" align="center">
              <div style={{ flex: 1 }}>{input}</div>
              <Button type="submit" loading={pending} disabled={value.trim() === ''}>
                Share
              </Button>
            </Group>
          )}
        />
      </form>
      {failure !== undefined && problem === undefined && (
        <Alert color="red" role="alert">
          {failure}
        </Alert>
      )}
    </>
  )
}

/** Of a field that takes an address. */
export function whoseAddress(withAnyone: boolean): string {
  return withAnyone
    ? 'Of anyone who has signed in here before'
    : 'Of a member of your organisation; its administrators can share with others too'
}
