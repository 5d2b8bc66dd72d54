import { Text } from '@mantine/core'
import { classCode, creditClassOf, useCreditClasses } from '../use-credit-classes'
import classes from './desk.module.css'

interface ClassNoteProps {
  /** "creditClasses/{code}" */
  readonly name: string
}

/** The class below an amount of it, in a column of amounts; cut short where it is long. */
export function ClassNote({ name }: ClassNoteProps) {
  const known = creditClassOf(useCreditClasses().data, name)
  const shown = known?.displayName || classCode(name)
  return (
    <Text size="xs" c="dimmed" className={classes.classNote ?? ''} title={shown}>
      {shown}
    </Text>
  )
}
