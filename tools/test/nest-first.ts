/**
 * Loaded before each test file of the kind `medium`. A package of Nest that is still CommonJS (@nestjs/throttler) requires those that are
 * not, and Jest takes that for a cycle while it loads them all as one graph; once they are there it does not.
 */
import '@nestjs/core';
