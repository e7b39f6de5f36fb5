"""The words of the page itself, in the reader's language."""

from __future__ import annotations

from bots.web.sessions import Persona
from i18n import Phrase, Translator


def frame_texts(t: Translator) -> dict[str, Phrase]:
    """Every sentence that the page says, by the name it knows it under."""
    return {
        "chat": t("Chat"),
        "placeholder": t("Write a message"),
        # Translators: the button that sends a written message.
        "send": t("Send"),
        "attach": t("Attach a file"),
        "detach": t("Remove the file"),
        "drop": t("Drop the file to attach it"),
        "commands": t("Commands"),
        "no_commands": t("No command like this. Try /help."),
        "newest": t("To the newest message"),
        "reconnecting": t("Reconnecting…"),
        "sending": t("Sending…"),
        "not_sent": t("Not sent."),
        "again": t("Try again"),
        "too_large": t("This file is too large. Please send a smaller one."),
        "one_file": t("One file at a time, please."),
        "close": t("Close"),
        # Translators: makes a picture larger.
        "enlarge": t("Enlarge the picture"),
        "picture": t("Picture"),
        "no_picture": t("The picture could not be loaded."),
        "copy": t("Copy"),
        "copied": t("Copied"),
        "download": t("Download"),
        "new_window": t("opens in a new window"),
        "you": t("You"),
        # Translators: before the label of a button that the person pressed.
        "you_chose": t("You chose:"),
        "bot": t("chatcrowd"),
        "updated": t("Updated:"),
        "begin": t("Start"),
        "empty": t("Nothing here yet. Press Start to begin."),
        "persona": t("Try it as"),
        "number_keys": t("Keys 1 to 9 press the buttons of the newest card."),
        "skip": t("Skip to the message field"),
        "starting": t("The service is starting or stopping. Please try again in a moment."),
    }


def persona_name(t: Translator, persona: Persona) -> Phrase:
    """The name of a persona on the role switch."""
    match persona:
        case "worker":
            return t("Worker")
        case "requester":
            return t("Requester")
        case "moderator":
            return t("Moderator")


def gate_texts(t: Translator) -> dict[str, Phrase]:
    """The words of the pages before the chat."""
    return {
        "login": t("Please enter the password of this chat."),
        "password": t("Password"),
        "enter": t("Enter"),
        "wrong": t("That was not the password. Please try again."),
        "locked": t("Too many tries. Please wait a minute, then try again."),
        "closed": t("This chat is not open here yet."),
        "how": t(
            "Please open the address that chatcrowd printed when it started. It works once; "
            "start chatcrowd again for a new one."
        ),
    }
