import { ActionIcon, Button, FileButton, Progress, Text, Tooltip } from '@mantine/core'
import {
  IconAlertTriangle,
  IconCheck,
  IconFile,
  IconPlayerPause,
  IconPlayerPlay,
  IconX,
} from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { notifyFailure } from '../../../ui/notify'
import { useNow } from '../../../ui/use-now'
import { fileAddress, fileId, isReleased, isSettled } from '../file-name'
import { useFile } from '../file-queries'
import { FileStateTag } from '../file-state-tag'
import classes from './upload-dock.module.css'
import type { UploadEngine } from './upload-engine'
import { isActive, type UploadSnapshot } from './upload-snapshot'
import { uploadStatus } from './upload-words'

interface UploadRowProps {
  readonly engine: UploadEngine
  readonly upload: UploadSnapshot
}

export function UploadRow({ engine, upload }: UploadRowProps) {
  const { id, phase, displayName, sentBytes, sizeBytes, remedy } = upload
  const cancel = useMutation({
    mutationFn: () => engine.cancel(id),
    onError: (error) => notifyFailure('The server was not told that the upload is cancelled', error),
  })
  const choose = (label: string) => (
    <FileButton
      onChange={(file) =>
        file !== null && void engine.chooseAgain(id, { file, folder: '', handle: undefined })
      }
    >
      {(props) => (
        <Button size="compact-xs" variant="default" {...props} aria-label={`${label}: ${displayName}`}>
          {label}
        </Button>
      )}
    </FileButton>
  )
  const failed = phase === 'failed'
  return (
    <li className={classes.row} data-testid="upload" data-phase={phase}>
      <div className={classes.line}>
        <PhaseIcon upload={upload} />
        <div className={classes.words}>
          <Text size="sm" fw={550} truncate title={displayName}>
            {upload.name !== '' && phase === 'completed' ? (
              <Link to={fileAddress(upload.name)} className={classes.link}>
                <bdi>{displayName}</bdi>
              </Link>
            ) : (
              <bdi>{displayName}</bdi>
            )}
          </Text>
          <Status upload={upload} />
        </div>
        {phase === 'completed' && upload.name !== '' && <Outcome upload={upload} />}
        {isActive(upload) && phase !== 'finishing' && (
          <Action label={`Pause ${displayName}`} hint="Pause" onClick={() => engine.pause([id])}>
            <IconPlayerPause size={16} aria-hidden />
          </Action>
        )}
        {phase === 'paused' && (
          <Action label={`Resume ${displayName}`} hint="Resume" onClick={() => engine.resume([id])}>
            <IconPlayerPlay size={16} aria-hidden />
          </Action>
        )}
        {phase !== 'completed' && phase !== 'finishing' && (
          <Action
            label={failed ? `Remove ${displayName}` : `Cancel ${displayName}`}
            hint={failed ? 'Remove' : 'Cancel'}
            onClick={() => cancel.mutate()}
          >
            <IconX size={16} aria-hidden />
          </Action>
        )}
      </div>
      {(phase === 'needs-permission' || phase === 'needs-file' || phase === 'retrying' || failed) && (
        <div className={classes.remedies}>
          {phase === 'needs-permission' && (
            <Button size="compact-xs" variant="default" onClick={() => void engine.allow(id)}>
              Continue
            </Button>
          )}
          {phase === 'needs-file' && choose('Choose the file again')}
          {phase === 'retrying' && (
            <Button size="compact-xs" variant="default" onClick={() => engine.resume([id])}>
              Try now
            </Button>
          )}
          {failed &&
            (remedy === 'file'
              ? choose('Choose the file again')
              : remedy !== 'none' && (
                  <Button size="compact-xs" variant="default" onClick={() => engine.resume([id])}>
                    {remedy === 'anew' ? 'Begin anew' : 'Try again'}
                  </Button>
                ))}
        </div>
      )}
      {phase !== 'completed' && !failed && (
        <Progress
          value={(sentBytes / Math.max(1, sizeBytes)) * 100}
          size={3}
          radius="xl"
          {...(isActive(upload) ? {} : { color: 'gray' })}
          animated={phase === 'finishing'}
          aria-label={`Progress of ${displayName}`}
        />
      )}
    </li>
  )
}

function PhaseIcon({ upload: { phase } }: { upload: UploadSnapshot }) {
  if (phase === 'failed') return <IconAlertTriangle size={18} className={classes.failed} aria-hidden />
  if (phase === 'completed') return <IconCheck size={18} className={classes.done} aria-hidden />
  return <IconFile size={18} stroke={1.6} className={classes.symbol} aria-hidden />
}

function Status({ upload }: { upload: UploadSnapshot }) {
  // Only one that waits to try again counts down.
  const now = useNow(upload.phase === 'retrying' ? 500 : 60_000)
  const failed = upload.phase === 'failed'
  return (
    <Text
      size="xs"
      className="numeric"
      c={failed ? 'var(--mantine-color-error)' : 'dimmed'}
      {...(failed ? { role: 'alert' } : {})}
    >
      {uploadStatus(upload, now)}
    </Text>
  )
}

/** What becomes of it on the server. */
function Outcome({ upload: { name, organization } }: { upload: UploadSnapshot }) {
  const file = useFile(organization, fileId(name), false)
  const latest = file.data?.latest
  if (latest === undefined) return null
  const progress =
    isSettled(latest.state) || isReleased(latest.state)
      ? undefined
      : Number(latest.scannedBytes) / Math.max(1, Number(latest.sizeBytes))
  return <FileStateTag state={latest.state} progress={progress} />
}

interface ActionProps {
  readonly label: string
  readonly hint: string
  readonly onClick: () => void
  readonly children: ReactNode
}

function Action({ label, hint, onClick, children }: ActionProps) {
  return (
    <Tooltip label={hint}>
      <ActionIcon size="sm" aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  )
}
