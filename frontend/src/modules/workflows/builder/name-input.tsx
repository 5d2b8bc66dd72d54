import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { nameProblem } from './name-problem'

interface NameInputProps {
  readonly value: string
  /** Names of the others. */
  readonly taken: readonly string[]
  /** What the server finds wrong with it. */
  readonly problem: string | undefined
  readonly onChange: (name: string) => void
}

/** A name that others read by. It takes effect while it is good: those who read never read something else meanwhile. */
export function NameInput({ value, taken, problem, onChange }: NameInputProps) {
  const [typed, setTyped] = useState({ of: value, text: value })
  // Another value came from elsewhere, as when a change was undone.
  const text = typed.of === value ? typed.text : value
  const own = nameProblem(text, taken)
  return (
    <TextInput
      label="Name"
      maxLength={32}
      required
      classNames={{ input: 'mono' }}
      autoComplete="off"
      value={text}
      error={own ?? problem}
      onChange={(event) => {
        const next = event.currentTarget.value
        const isGood = nameProblem(next, taken) === undefined
        setTyped({ of: isGood ? next : value, text: next })
        if (isGood) onChange(next)
      }}
      onBlur={() => setTyped({ of: value, text: value })}
    />
  )
}
