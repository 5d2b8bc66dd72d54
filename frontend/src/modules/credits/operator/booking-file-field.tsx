import type { BookingKind, CheckBookingFileResponse } from '@fairlead/proto/web/fairlead/credits/v1/bookings'
import { ActionIcon, Alert, Button, Group, Loader, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconCircleCheck, IconDownload, IconFileTypeCsv, IconUpload, IconX } from '@tabler/icons-react'
import { type DragEvent, useEffect, useId, useRef, useState } from 'react'
import { toApiError } from '../../../app/api-error'
import { formatBytes } from '../../../ui/format-bytes'
import { Notice } from '../../../ui/notice'
import { saveFile } from '../../../ui/save-file'
import { AmountText } from '../amount-text'
import { isUsable, useCreditClasses } from '../use-credit-classes'
import { asSentence } from './as-sentence'
import { type BookingFile, maximumFileBytes, templateOf } from './booking-draft'
import { useCheckBookingFile } from './booking-queries'
import { BookingTotals } from './booking-totals'
import { ClassLabel } from './class-label'
import classes from './desk.module.css'

interface BookingFileFieldProps {
  readonly kind: BookingKind
  readonly file: BookingFile | undefined
  readonly problem: string | undefined
  readonly onChange: (file: BookingFile | undefined) => void
  /** Told whether every row of the file is right. */
  readonly onChecked: (right: boolean) => void
}

/** A CSV file, checked by the server row by row before anything is stored. */
export function BookingFileField({ kind, file, problem, onChange, onChecked }: BookingFileFieldProps) {
  const check = useCheckBookingFile()
  const [refused, setRefused] = useState<string>()
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const usable = useCreditClasses().data?.find(isUsable)

  // biome-ignore lint/correctness/useExhaustiveDependencies: what a file means depends on it and the kind alone.
  useEffect(() => {
    onChecked(false)
    check.reset()
    if (file === undefined) return
    check.mutate(
      { kind, content: file.content },
      { onSuccess: ({ errorCount }) => onChecked(errorCount === 0) },
    )
  }, [file, kind])

  const take = async (chosen: File | undefined) => {
    if (chosen === undefined) return
    setRefused(undefined)
    if (chosen.size > maximumFileBytes) {
      setRefused(`${chosen.name} has ${formatBytes(chosen.size)}; a file may have 2 MiB and 10,000 rows.`)
      return
    }
    if (chosen.size === 0) {
      setRefused(`${chosen.name} is empty.`)
      return
    }
    try {
      const content = new Uint8Array(await chosen.arrayBuffer())
      onChange({ name: chosen.name.slice(0, 200), content })
    } catch {
      setRefused(`${chosen.name} could not be read.`)
    }
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const { files } = event.dataTransfer
    if (files.length > 1) setRefused('One file at a time.')
    else void take(files[0])
  }
  const message = refused ?? problem
  return (
    <Stack gap="md">
      <label
        htmlFor={id}
        className={classes.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <VisuallyHidden>
          <input
            ref={input}
            id={id}
            type="file"
            accept=".csv,text/csv"
            aria-invalid={message !== undefined}
            onChange={(event) => {
              void take(event.currentTarget.files?.[0])
              // So that the same file, changed, can be chosen again.
              event.currentTarget.value = ''
            }}
          />
        </VisuallyHidden>
        <IconUpload size={22} stroke={1.6} aria-hidden />
        <Text size="sm" fw={570}>
          Drop a CSV file here, or choose one
        </Text>
        <Text size="xs" c="dimmed">
          Columns organization, credit_class, amount, reference; UTF-8; at most 10,000 rows
        </Text>
      </label>
      {message !== undefined && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {message}
        </Text>
      )}
      <Group justify="space-between" gap="sm">
        {file === undefined ? (
          <span />
        ) : (
          <Group gap={6} wrap="nowrap" miw={0}>
            <IconFileTypeCsv size={18} aria-hidden style={{ flex: 'none' }} />
            <Text size="sm" fw={570} truncate title={file.name}>
              {file.name}
            </Text>
            <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
              {formatBytes(file.content.length)}
            </Text>
            <ActionIcon aria-label={`Take ${file.name} away`} onClick={() => onChange(undefined)}>
              <IconX size={15} aria-hidden />
            </ActionIcon>
          </Group>
        )}
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconDownload size={14} aria-hidden />}
          onClick={() => saveFile([new Blob([templateOf(kind, usable)])], 'booking-template.csv', 'text/csv')}
        >
          Download a template
        </Button>
      </Group>
      {check.isPending && (
        <Group gap={8} role="status">
          <Loader size={16} />
          <Text size="sm">Checking every row…</Text>
        </Group>
      )}
      {check.isError && (
        <Alert color="red" role="alert" title="The file could not be checked">
          {toApiError(check.error).message}
          {toApiError(check.error).violations.map(({ field, description }) => (
            <div key={`${field} ${description}`}>{description}</div>
          ))}
        </Alert>
      )}
      {check.data !== undefined && <CheckResult kind={kind} result={check.data} />}
    </Stack>
  )
}

const shownRows = 10

function CheckResult({ kind, result }: { kind: BookingKind; result: CheckBookingFileResponse }) {
  const [all, setAll] = useState(false)
  const { rowCount, errorCount, errors, totals, rows } = result
  const wrong = errorCount > 0
  const visible = all ? rows : rows.slice(0, shownRows)
  return (
    <>
      {wrong ? (
        <Notice
          color="red"
          icon={IconX}
          title={
            errorCount === 1
              ? `1 problem in ${rowCount.toLocaleString('en')} rows`
              : `${errorCount.toLocaleString('en')} problems in ${rowCount.toLocaleString('en')} rows`
          }
        >
          Nothing was stored. Mend the file and choose it again.
        </Notice>
      ) : (
        <Group gap={8} wrap="nowrap" align="flex-start" role="status">
          <IconCircleCheck
            size={18}
            color="var(--mantine-color-teal-6)"
            aria-hidden
            style={{ flex: 'none', marginTop: 1 }}
          />
          <Text size="sm">
            {rowCount === 1
              ? 'The one row is right.'
              : `All ${rowCount.toLocaleString('en')} rows are right.`}{' '}
            Nothing is stored yet.
          </Text>
        </Group>
      )}
      {wrong && (
        <div className={classes.scroll}>
          <Table fz="sm" aria-label="Problems">
            <Table.Thead>
              <Table.Tr>
                <Table.Th ta="right" w={70}>
                  Line
                </Table.Th>
                <Table.Th>Column</Table.Th>
                <Table.Th>Problem</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {errors.map(({ line, column, message }) => (
                <Table.Tr key={`${line} ${column} ${message}`}>
                  <Table.Td ta="right">{line.toLocaleString('en')}</Table.Td>
                  <Table.Td className="mono">{column || '–'}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{asSentence(message)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          {errorCount > errors.length && (
            <Text size="sm" c="dimmed" mt={6}>
              And {(errorCount - errors.length).toLocaleString('en')} more.
            </Text>
          )}
        </div>
      )}
      {totals.length > 0 && !wrong && (
        <div className={classes.scroll}>
          <Table fz="sm" aria-label="Rows of the file">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Organisation</Table.Th>
                <Table.Th visibleFrom="sm">Reference</Table.Th>
                <Table.Th>Class</Table.Th>
                <Table.Th ta="right">Amount</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {visible.map((row) => (
                <Table.Tr key={row.line}>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>
                    {row.organizationDisplayName || row.organization}
                  </Table.Td>
                  <Table.Td visibleFrom="sm" style={{ overflowWrap: 'anywhere' }}>
                    {row.reference || '–'}
                  </Table.Td>
                  <Table.Td>
                    <ClassLabel name={row.creditClass} />
                  </Table.Td>
                  <Table.Td ta="right">
                    <AmountText
                      signed
                      amount={kind === 'BOOKING_KIND_REDUCTION' ? -row.amount : row.amount}
                      creditClass={row.creditClass}
                    />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
            <Table.Tfoot>
              <Table.Tr>
                <Table.Th>
                  Together{visible.length < rowCount && `, ${rowCount.toLocaleString('en')} rows`}
                </Table.Th>
                <Table.Th visibleFrom="sm" />
                <Table.Th />
                <Table.Th ta="right">
                  <BookingTotals kind={kind} totals={totals} />
                </Table.Th>
              </Table.Tr>
            </Table.Tfoot>
          </Table>
          {!all && rows.length > shownRows && (
            <Button size="compact-sm" variant="subtle" mt={6} onClick={() => setAll(true)}>
              Show the first {rows.length} rows
            </Button>
          )}
        </div>
      )}
    </>
  )
}
