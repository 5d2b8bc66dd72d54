import { Button, FileButton, Group, Text, UnstyledButton } from '@mantine/core'
import { IconFileUpload } from '@tabler/icons-react'
import { type DragEvent, useId, useRef, useState } from 'react'
import type { FieldViolation } from '../../../app/api-error'
import { notifyFailure } from '../../../ui/notify'
import classes from './manifest-editor.module.css'
import { manifestProblems } from './manifest-problems'

interface ManifestEditorProps {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly violations: readonly FieldViolation[]
  readonly label: string
  /** Characters at most. */
  readonly maxLength: number
}

const fewestLines = 18
const mostLines = 34

/** A YAML document with numbered lines, and what is wrong at them; takes a file that is dropped on it. */
export function ManifestEditor({ value, onChange, violations, label, maxLength }: ManifestEditorProps) {
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const gutter = useRef<HTMLPreElement>(null)
  const [over, setOver] = useState(false)
  const lines = value.split('\n')
  const shownLines = Math.min(mostLines, Math.max(fewestLines, lines.length + 1))
  const problems = manifestProblems(violations)
  const wrongLines = new Set(problems.map(({ line }) => line))

  const take = (file: File | null | undefined) => {
    if (file === null || file === undefined) return
    if (file.size > 4 * maxLength) {
      notifyFailure('The file was not read', new Error('It is too large for a manifest.'))
      return
    }
    file.text().then(
      (text) => onChange(text.slice(0, maxLength)),
      (error: unknown) => notifyFailure('The file could not be read', error),
    )
  }
  const drop = (event: DragEvent) => {
    setOver(false)
    if (event.dataTransfer.files.length === 0) return
    event.preventDefault()
    take(event.dataTransfer.files[0])
  }
  const goTo = (line: number) => {
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0)
    area.current?.focus()
    area.current?.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0))
  }

  return (
    <div>
      <Group justify="space-between" mb={6} gap="xs">
        <label htmlFor={id} className={classes.label}>
          {label}
        </label>
        <FileButton onChange={take} accept=".yaml,.yml,application/yaml,text/yaml,text/plain">
          {(button) => (
            <Button
              {...button}
              variant="subtle"
              size="compact-sm"
              leftSection={<IconFileUpload size={15} aria-hidden />}
            >
              From a file
            </Button>
          )}
        </FileButton>
      </Group>
      <div
        className={classes.editor}
        data-over={over || undefined}
        data-wrong={problems.length > 0 || undefined}
      >
        <pre
          ref={gutter}
          className={classes.gutter}
          aria-hidden
          style={{ height: `${shownLines * 20 + 16}px` }}
        >
          {lines.map((_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number.
            <span key={index} data-wrong={wrongLines.has(index + 1) || undefined}>
              {index + 1}
            </span>
          ))}
        </pre>
        <textarea
          ref={area}
          id={id}
          className={classes.text}
          style={{ height: `${shownLines * 20 + 16}px` }}
          value={value}
          maxLength={maxLength}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          aria-invalid={problems.length > 0}
          aria-describedby={`${id}-problems`}
          onChange={(event) => onChange(event.currentTarget.value)}
          onScroll={({ currentTarget }) => {
            if (gutter.current !== null) gutter.current.scrollTop = currentTarget.scrollTop
          }}
          onDragOver={(event) => {
            if (!event.dataTransfer.types.includes('Files')) return
            event.preventDefault()
            setOver(true)
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        />
      </div>
      <ul id={`${id}-problems`} className={classes.problems} aria-live="polite">
        {problems.map(({ line, text }) => (
          <li key={`${line} ${text}`}>
            {line !== undefined && (
              <UnstyledButton className={classes.line ?? ''} onClick={() => goTo(line)}>
                Line {line}
              </UnstyledButton>
            )}
            <Text span size="sm" style={{ overflowWrap: 'anywhere' }}>
              {text}
            </Text>
          </li>
        ))}
      </ul>
    </div>
  )
}
