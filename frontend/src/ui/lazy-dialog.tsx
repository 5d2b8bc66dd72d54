import { type ReactNode, Suspense, useEffect, useState } from 'react'

interface LazyDialogProps {
  readonly opened: boolean
  /** Renders a dialog made by React's lazy(). */
  readonly children: (opened: boolean) => ReactNode
}

/** Loads a dialog when it is first opened, and keeps it from then on. */
export function LazyDialog({ opened, children }: LazyDialogProps) {
  const [wanted, setWanted] = useState(opened)
  if (opened && !wanted) setWanted(true)
  if (!wanted) return null
  return (
    <Suspense fallback={null}>
      <Dialog opened={opened}>{children}</Dialog>
    </Suspense>
  )
}

/** Closed at first: a dialog gives the focus back to where it was when it was opened, not when it was made. */
function Dialog({ opened, children }: LazyDialogProps) {
  const [shown, setShown] = useState(false)
  useEffect(() => setShown(opened), [opened])
  return children(shown)
}
