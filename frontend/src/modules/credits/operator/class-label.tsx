import { classCode, creditClassOf, useCreditClasses } from '../use-credit-classes'

/** The display name of a class; its code when that is all that is known. */
export function ClassLabel({ name }: { name: string }) {
  const classes = useCreditClasses()
  return <>{creditClassOf(classes.data, name)?.displayName || classCode(name)}</>
}
