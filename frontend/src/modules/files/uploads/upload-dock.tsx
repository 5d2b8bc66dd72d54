import { ActionIcon, Collapse, Progress, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { IconChevronDown, IconChevronUp, IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react'
import { useEffect, useId, useState, useSyncExternalStore } from 'react'
import { formatBytes } from '../../../ui/format-bytes'
import { formatWholeSeconds } from '../../../ui/format-duration'
import classes from './upload-dock.module.css'
import type { UploadEngine } from './upload-engine'
import { UploadRow } from './upload-row'
import { isActive } from './upload-snapshot'
import { uploadsProgress, uploadsTitle } from './upload-words'

/** As many as are shown one by one. */
const maximumRows = 60

/** Every upload of the page, whichever page is looked at. */
export default function UploadDock({ engine }: { engine: UploadEngine }) {
  const uploads = useSyncExternalStore(engine.subscribe, engine.list)
  const [folded, setFolded] = useState(false)
  const { ref, height } = useElementSize()
  const id = useId()

  // Toasts stand above it.
  useEffect(() => {
    document.documentElement.style.setProperty('--upload-dock', `${height === 0 ? 0 : height + 12}px`)
    return () => {
      document.documentElement.style.removeProperty('--upload-dock')
    }
  }, [height])

  if (uploads.length === 0) return null
  const active = uploads.filter(isActive)
  const paused = uploads.filter(({ phase }) => phase === 'paused')
  const standing = uploads.some(({ phase }) => phase !== 'completed' && phase !== 'failed')
  const { share, bytesPerSecond, leftMs } = uploadsProgress(uploads)
  const title = uploadsTitle(uploads)
  const details = [
    active.length > 0 && `${Math.floor(share * 100)} %`,
    bytesPerSecond > 0 && `${formatBytes(bytesPerSecond)}/s`,
    leftMs !== undefined && `${formatWholeSeconds(leftMs)} left`,
  ].filter((part) => part !== false)
  return (
    <section ref={ref} className={classes.dock} aria-label="Uploads">
      <div className={classes.header}>
        <UnstyledButton
          className={classes.title}
          aria-expanded={!folded}
          aria-controls={id}
          onClick={() => setFolded(!folded)}
        >
          {folded ? <IconChevronUp size={17} aria-hidden /> : <IconChevronDown size={17} aria-hidden />}
          <span className={classes.words}>
            <Text span size="sm" fw={600} truncate>
              {title}
            </Text>
            {details.length > 0 && (
              <Text span size="xs" c="dimmed" className="numeric" truncate>
                {details.join(' · ')}
              </Text>
            )}
          </span>
        </UnstyledButton>
        {active.length > 0 ? (
          <Tooltip label="Pause all">
            <ActionIcon
              aria-label="Pause all uploads"
              onClick={() => engine.pause(active.map((upload) => upload.id))}
            >
              <IconPlayerPause size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
        ) : (
          paused.length > 1 && (
            <Tooltip label="Resume all">
              <ActionIcon
                aria-label="Resume all uploads"
                onClick={() => engine.resume(paused.map((upload) => upload.id))}
              >
                <IconPlayerPlay size={17} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )
        )}
        {!standing && (
          <Tooltip label="Close">
            <ActionIcon
              aria-label="Close the list of uploads"
              onClick={() => engine.dismiss(uploads.map((upload) => upload.id))}
            >
              <IconX size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {folded && active.length > 0 && (
        <Progress value={share * 100} size={3} radius={0} aria-label="Progress of all uploads" />
      )}
      <Collapse expanded={!folded} id={id}>
        <ul className={classes.list}>
          {uploads.slice(0, maximumRows).map((upload) => (
            <UploadRow key={upload.id} engine={engine} upload={upload} />
          ))}
          {uploads.length > maximumRows && (
            <li className={classes.more}>
              And {(uploads.length - maximumRows).toLocaleString('en')} more, one after the other.
            </li>
          )}
        </ul>
      </Collapse>
    </section>
  )
}
