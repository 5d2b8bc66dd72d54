import type { Environment } from '@fairlead/proto/web/fairlead/workflows/v1/environments'
import { Text } from '@mantine/core'
import { IconBolt, IconClockHour4, IconCpu, IconDatabase, IconServer2, IconStack2 } from '@tabler/icons-react'
import { useId } from 'react'
import { Copyable } from '../../../ui/copyable'
import { Tag } from '../../../ui/tag'
import { durationText } from './duration-text'
import classes from './environment-card.module.css'
import { cpuText, environmentId, environmentLabel, loadText, priceLines } from './environment-words'
import { sizeText } from './size-text'

/** What a container in it gets, how busy it is, and what it costs. */
export function EnvironmentCard({ environment }: { environment: Environment }) {
  const heading = useId()
  const { load } = environment
  const price = priceLines(environment.price)
  const containers = load?.runningContainers ?? 0
  const isBusy = (load?.waitingSteps ?? 0) > 0
  const limits = [
    [IconCpu, 'CPU', cpuText(environment.cpuMillis)],
    [IconServer2, 'Memory', sizeText(environment.memoryBytes)],
    [IconDatabase, 'Disk', sizeText(environment.diskBytes)],
    ...(environment.gpus === 0
      ? []
      : [[IconBolt, 'GPU', environment.gpus === 1 ? '1 GPU' : `${environment.gpus} GPUs`] as const]),
    [IconClockHour4, 'Time limit', durationText(environment.maxDuration?.seconds ?? 0n)],
    [IconStack2, 'Side by side', `${environment.maxParallel.toLocaleString('en')} at most`],
  ] as const

  return (
    <article className={classes.card} aria-labelledby={heading} data-testid="environment">
      <header className={classes.header}>
        <div>
          <h2 id={heading} className={classes.name}>
            {environmentLabel(environment)}
          </h2>
          <Text size="xs" c="dimmed" component="div">
            <Copyable value={environmentId(environment.name)} what="the environment’s name" />
          </Text>
        </div>
        <Tag color={isBusy ? 'yellow' : load?.runningSteps ? 'sea' : 'gray'}>{loadText(load)}</Tag>
      </header>
      {environment.description !== '' && (
        <Text size="sm" c="dimmed">
          {environment.description}
        </Text>
      )}
      <dl className={classes.limits}>
        {limits.map(([Glyph, name, value]) => (
          <div key={name}>
            <dt>
              <Glyph size={14} stroke={1.7} aria-hidden />
              {name}
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <footer className={classes.footer}>
        <div>
          <span className={classes.price}>{price.perHour}</span>
          {price.perRun !== '' && (
            <Text span size="xs" c="dimmed">
              {' '}
              {price.perRun}
            </Text>
          )}
        </div>
        {containers > 0 && (
          <Text size="xs" c="dimmed">
            {containers.toLocaleString('en')} {containers === 1 ? 'container runs' : 'containers run'}
          </Text>
        )}
      </footer>
    </article>
  )
}
