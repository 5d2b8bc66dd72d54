import type { FileState } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Tooltip } from '@mantine/core'
import classes from './file-state-tag.module.css'
import { fileStateWords } from './file-state-words'

interface FileStateTagProps {
  readonly state: FileState
  /** Of the scanner's reading, 0 to 1; undefined when it is not known. */
  readonly progress?: number | undefined
  readonly large?: boolean
}

/** What became of a version's content; says more on hover and focus. */
export function FileStateTag({ state, progress, large = false }: FileStateTagProps) {
  const { label, text, color, isGoingOn } = fileStateWords(state)
  const percent = progress === undefined || progress <= 0 ? '' : ` ${Math.floor(progress * 100)} %`
  return (
    <Tooltip label={text} multiline maw={280}>
      <span
        className={classes.tag}
        data-large={large || undefined}
        data-going-on={isGoingOn || undefined}
        {...(large ? { 'data-testid': 'file-state' } : {})}
        style={{
          '--state-strong': `var(--mantine-color-${color}-9)`,
          '--state-pale': `var(--mantine-color-${color}-2)`,
          '--state-dot': `var(--mantine-color-${color}-5)`,
        }}
      >
        {label}
        {percent}
      </span>
    </Tooltip>
  )
}
