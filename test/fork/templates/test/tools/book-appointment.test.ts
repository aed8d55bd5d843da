import { expect, it } from 'vitest';
import type { Services } from '../../src/services.js';
import { appointmentCard } from '../../src/tools/appointment-card/index.js';
import { bookAppointment } from '../../src/tools/book-appointment.js';
import { type StartedTools, startTools } from '../support/tools/start-tools.js';

const day = '2030-03-01';
const startClinic = (free: string[]) =>
  startTools<Services>({
    tools: [bookAppointment, appointmentCard],
    services: { practice: { freeTimes: async () => free } },
  });

/** Books as a patient who answers the form with `answer`. */
async function book(clinic: StartedTools, answer: object, patient = 'alice') {
  const client = await clinic.connect({
    as: clinic.user(patient),
    capabilities: { elicitation: { form: {} } },
  });
  client.setRequestHandler('elicitation/create', () => answer as never);
  return client.callTool({ name: 'book_appointment', arguments: { day } });
}
const at = (time: string) => ({ action: 'accept', content: { time } });

it('books the time the patient chooses, and shows it on the card', async () => {
  const clinic = await startClinic(['09:00', '10:00']);
  expect((await book(clinic, at('10:00'))).structuredContent).toMatchObject({ day, time: '10:00' });
  expect((await clinic.call('appointment_card')).structuredContent).toEqual({ day, time: '10:00' });
  const other = await clinic.call('appointment_card', {}, { as: clinic.user('bob') });
  expect(other.structuredContent).toEqual({ day: '', time: '' });
});

it('books a time for only one patient', async () => {
  const clinic = await startClinic(['09:00']);
  expect((await book(clinic, at('09:00'))).isError).toBeFalsy();
  expect(await book(clinic, at('09:00'), 'bob')).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('taken') }],
  });
});

it.each([
  ['chooses no time', ['09:00'], { action: 'decline' }, 'Nothing is booked'],
  ['finds no free time', [], at('09:00'), 'Nothing is free'],
])('books nothing for a patient who %s', async (_who, free, answer, message) => {
  const clinic = await startClinic(free);
  expect(await book(clinic, answer)).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining(message) }],
  });
  expect(await clinic.store.selectFrom('appointments').selectAll().execute()).toEqual([]);
});

it('needs an application that shows forms', async () => {
  const clinic = await startClinic(['09:00']);
  expect(await clinic.call('book_appointment', { day })).toMatchObject({ isError: true });
});
