// Keys of the terminal, for commands that go on: while it is taken, keys come one by one, without
// echo, and programs that rac starts get an empty input in the terminal's place.

#ifndef RAC_CLI_KEYBOARD_H
#define RAC_CLI_KEYBOARD_H

#include "cli/command.h"

#include <termios.h>

typedef struct Keyboard {
    int fd; // where keys come from; -1: nowhere
    bool is_terminal;
    struct termios before;
} Keyboard;

// with_pipes: take keys from whatever standard input is.
void keyboard_take(Keyboard *keyboard, bool with_pipes);
void keyboard_give_back(Keyboard *keyboard);

// Blocks the signals that end rac (INT, TERM, HUP) for those who wait for them (watch/events.h);
// how: SIG_BLOCK or SIG_UNBLOCK. A child inherits what is blocked.
void quit_signals(int how);
bool is_quit_signal(int number);

#endif
