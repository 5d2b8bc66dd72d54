import { TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { formatMinute, parseMinute } from './minute-of-day'

/** A time that was typed is saved this long after the last key, milliseconds, or when the field is left. */
const settleMs = 1_200

interface TimeFieldProps {
  readonly label: string
  /** Minutes after midnight. */
  readonly value: number
  /** What is wrong with a time; undefined when nothing is. */
  readonly problemWith?: (minute: number) => string | undefined
  readonly onSave: (minute: number) => void
  readonly disabled?: boolean
}

/** A time of day. What is typed is kept here until it is whole and right. */
export function TimeField({
  label,
  value,
  problemWith = () => undefined,
  onSave,
  disabled = false,
}: TimeFieldProps) {
  const [typed, setTyped] = useState<string>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  const minute = typed === undefined ? value : parseMinute(typed)
  const problem = minute === undefined ? 'Give a time, such as 22:00.' : problemWith(minute)

  const save = (text: string | undefined) => {
    clearTimeout(timer.current)
    const wanted = text === undefined ? undefined : parseMinute(text)
    if (wanted === undefined || problemWith(wanted) !== undefined) return
    setTyped(undefined)
    if (wanted !== value) onSave(wanted)
  }

  return (
    <TextInput
      type="time"
      label={label}
      value={typed ?? formatMinute(value)}
      error={problem}
      disabled={disabled}
      onChange={(event) => {
        const text = event.currentTarget.value
        setTyped(text)
        clearTimeout(timer.current)
        timer.current = setTimeout(() => save(text), settleMs)
      }}
      onBlur={() => save(typed)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save(typed)
      }}
    />
  )
}
