import { ActionIcon, Group, NativeSelect, Text, Tooltip } from '@mantine/core'
import {
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerTrackNext,
  IconPlayerTrackPrev,
} from '@tabler/icons-react'
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef } from 'react'
import { formatUtc } from '../../../ui/format-time'
import type { EpisodeView } from './episode-view'
import { type Playback, playbackSpeeds } from './playback'
import { timeTicks } from './time-ticks'
import classes from './timeline.module.css'
import { TimelineLanes } from './timeline-lanes'
import { useIsPlaying, useMoment, useSpeed } from './use-playback'

interface TimelineProps {
  readonly playback: Playback
  readonly episodes: readonly EpisodeView[]
  readonly selected: number | undefined
  readonly onSelect: (index: number) => void
  /** CSS colour of a person on the map; undefined for others. */
  readonly colorOf: (person: string) => string | undefined
}

/** The moment shown, to be moved by hand or played, above the episodes in time. */
export function Timeline({ playback, episodes, selected, onSelect, colorOf }: TimelineProps) {
  const plot = useRef<HTMLDivElement>(null)
  const { startMs, endMs } = playback
  const share = (timeMs: number) => `${((timeMs - startMs) / (endMs - startMs)) * 100}%`

  // Straight into the page: it moves with each frame.
  useEffect(() => {
    const move = () => {
      const moved = (playback.time() - playback.startMs) / (playback.endMs - playback.startMs)
      plot.current?.style.setProperty('--moment', `${moved * 100}%`)
    }
    move()
    return playback.subscribe(move)
  }, [playback])

  const ticks = useMemo(() => timeTicks(startMs, endMs, 8), [startMs, endMs])
  return (
    <section className={classes.timeline} aria-label="Timeline">
      <Controls playback={playback} episodes={episodes} selected={selected} onSelect={onSelect} />
      <div className={classes.plot} ref={plot}>
        <div className={classes.corner} aria-hidden />
        <Ruler playback={playback}>
          {ticks.map(({ timeMs, label }) => (
            <span
              key={timeMs}
              className={classes.tick}
              data-at={timeMs === startMs ? 'start' : timeMs === endMs ? 'end' : 'middle'}
              style={{ left: share(timeMs) }}
            >
              {label}
            </span>
          ))}
        </Ruler>
        {episodes.length > 0 && (
          <TimelineLanes
            episodes={episodes}
            startMs={startMs}
            endMs={endMs}
            selected={selected}
            onSelect={onSelect}
            colorOf={colorOf}
          />
        )}
      </div>
    </section>
  )
}

function Controls({
  playback,
  episodes,
  selected,
  onSelect,
}: Pick<TimelineProps, 'playback' | 'episodes' | 'selected' | 'onSelect'>) {
  const isPlaying = useIsPlaying(playback)
  const speed = useSpeed(playback)
  const moment = useMoment(playback, 100)
  const Glyph = isPlaying ? IconPlayerPause : IconPlayerPlay
  const go = (step: 1 | -1) => {
    const from =
      selected ??
      (step > 0
        ? episodes.findLastIndex(({ startMs }) => startMs <= playback.time())
        : episodes.findIndex(({ startMs }) => startMs >= playback.time()))
    const next = Math.max(0, Math.min(episodes.length - 1, from + step))
    onSelect(next)
  }
  return (
    <Group gap={8} className={classes.controls}>
      <ActionIcon
        variant="filled"
        color="sea"
        size={34}
        radius="xl"
        aria-label={isPlaying ? 'Pause' : 'Play'}
        onClick={() => (isPlaying ? playback.pause() : playback.play())}
      >
        <Glyph size={17} aria-hidden />
      </ActionIcon>
      <NativeSelect
        aria-label="Speed"
        size="xs"
        w={128}
        value={String(speed)}
        data={playbackSpeeds.map((value) => ({ value: String(value), label: speedLabel(value) }))}
        onChange={(event) => playback.setSpeed(Number(event.currentTarget.value))}
      />
      <Text size="sm" fw={600} className={`numeric ${classes.moment}`} data-testid="moment">
        {formatUtc(new Date(moment))}
      </Text>
      {episodes.length > 0 && (
        <Group gap={4} ml="auto" wrap="nowrap">
          <Tooltip label="Episode before">
            <ActionIcon aria-label="Episode before" variant="default" onClick={() => go(-1)}>
              <IconPlayerTrackPrev size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Next episode">
            <ActionIcon aria-label="Next episode" variant="default" onClick={() => go(1)}>
              <IconPlayerTrackNext size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      )}
    </Group>
  )
}

function speedLabel(speed: number): string {
  if (speed === 1) return 'As it was'
  if (speed < 60) return `${speed} s a second`
  if (speed < 3600) return `${speed / 60} min a second`
  return `${speed / 3600} h a second`
}

/** A slider (WAI-ARIA 1.2), as wide as the lanes below it. */
function Ruler({ playback, children }: { playback: Playback; children: React.ReactNode }) {
  const moment = useMoment(playback, 200)
  const { startMs, endMs } = playback
  const length = endMs - startMs
  /** A minute of a day. */
  const step = Math.max(1000, Math.round(length / 1440 / 1000) * 1000)

  const follow = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    playback.moveTo(startMs + ((event.clientX - box.left) / box.width) * length)
  }
  const steps: Partial<Record<string, number>> = {
    ArrowRight: step,
    ArrowUp: step,
    ArrowLeft: -step,
    ArrowDown: -step,
    PageUp: length / 24,
    PageDown: -length / 24,
    Home: -length,
    End: length,
  }
  const press = (event: KeyboardEvent) => {
    const moved = steps[event.key]
    if (event.key === ' ') {
      if (playback.isPlaying()) playback.pause()
      else playback.play()
    } else if (moved === undefined) return
    else playback.moveTo(playback.time() + moved)
    event.preventDefault()
  }
  return (
    <div
      className={classes.ruler}
      role="slider"
      tabIndex={0}
      aria-label="Time"
      aria-valuemin={startMs / 1000}
      aria-valuemax={endMs / 1000}
      aria-valuenow={Math.round(moment / 1000)}
      aria-valuetext={formatUtc(new Date(moment))}
      onKeyDown={press}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        playback.pause()
        follow(event)
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event)
      }}
    >
      {children}
      <span className={classes.handle} />
    </div>
  )
}
