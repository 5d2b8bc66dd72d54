import type { ScannerState } from '@fairlead/proto/web/fairlead/files/v1/quarantine'
import { IconShieldOff } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { formatBytes } from '../../../ui/format-bytes'
import { Notice } from '../../../ui/notice'
import { RelativeTime } from '../../../ui/relative-time'
import classes from './quarantine.module.css'
import { scannerTrouble } from './scanner-words'

/** How the scanner is, and what waits for it. */
export function ScannerFigures({ state }: { state: ScannerState | undefined }) {
  const since = state?.waitingSince
  const entries: readonly (readonly [string, ReactNode])[] = [
    ['Scanner', state === undefined ? '–' : stateWord(state)],
    ['Engine', state?.engine || '–'],
    [
      'Signatures',
      state?.signatureVersion ? (
        <>
          {state.signatureVersion}
          {state.signatureTime !== undefined && (
            <>
              {', '}
              <RelativeTime time={state.signatureTime} />
            </>
          )}
        </>
      ) : (
        '–'
      ),
    ],
    [
      'Waiting',
      state === undefined
        ? '–'
        : `${state.waitingCount.toLocaleString('en')}${state.waitingCount === 0n ? '' : ` (${formatBytes(state.waitingBytes)})`}`,
    ],
    ['Waiting since', since === undefined ? '–' : <RelativeTime key="since" time={since} />],
    ['Could not be scanned', state?.failedCount.toLocaleString('en') ?? '–'],
    ['To scan anew', state?.rescanCount.toLocaleString('en') ?? '–'],
  ]
  return (
    <dl className={classes.figures} aria-label="Scanner">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-testid={name === 'Scanner' ? 'scanner-state' : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function ScannerNotice({ state }: { state: ScannerState }) {
  const trouble = scannerTrouble(state)
  if (trouble === undefined) return null
  return (
    <Notice color={trouble.color} icon={IconShieldOff} title={trouble.title} data-testid="scanner-trouble">
      {trouble.text}
    </Notice>
  )
}

function stateWord({ enabled, reachable }: ScannerState): string {
  if (!enabled) return 'Disabled'
  return reachable ? 'Answers' : 'Away'
}
