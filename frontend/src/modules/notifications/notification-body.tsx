import { UnstyledButton } from '@mantine/core'
import { useLayoutEffect, useRef, useState } from 'react'
import classes from './notification-list.module.css'

interface NotificationBodyProps {
  readonly text: string
  /** Of the notification, to tell its button from those of others. */
  readonly title: string
}

/** Three lines of the text, and all of it when the reader asks. */
export function NotificationBody({ text, title }: NotificationBodyProps) {
  const element = useRef<HTMLParagraphElement>(null)
  const [cut, setCut] = useState(false)
  const [whole, setWhole] = useState(false)

  useLayoutEffect(() => {
    const paragraph = element.current
    if (paragraph === null) return
    // Whether the text is cut depends on the width that it is given.
    const observer = new ResizeObserver(() => {
      if (paragraph.dataset['whole'] === undefined)
        setCut(paragraph.scrollHeight > paragraph.clientHeight + 1)
    })
    observer.observe(paragraph)
    return () => observer.disconnect()
  }, [])

  return (
    <>
      <p ref={element} className={classes.body} data-whole={whole || undefined}>
        {text}
      </p>
      {(cut || whole) && (
        <UnstyledButton
          className={classes.more}
          aria-expanded={whole}
          aria-label={`${whole ? 'Less' : 'More'} of ${title}`}
          onClick={() => setWhole(!whole)}
        >
          {whole ? 'Less' : 'More'}
        </UnstyledButton>
      )}
    </>
  )
}
