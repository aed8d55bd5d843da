import type { Tool } from '../platform/mcp/define.js';
import type { Services } from '../services.js';
import { appointmentCard } from './appointment-card/index.js';
import { bookAppointment } from './book-appointment.js';
import { greetingCard } from './greeting-card/index.js';
import { rollDice } from './roll-dice.js';

/** Every tool, in the order clients list them. */
export const tools: Tool<Services>[] = [rollDice, greetingCard, bookAppointment, appointmentCard];
