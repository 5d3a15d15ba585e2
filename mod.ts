/**
 * x86 interrupt routing: from a machine file to the CPUs each device can interrupt.
 *
 * @module
 */
export {};
