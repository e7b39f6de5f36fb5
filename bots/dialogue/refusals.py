"""Every refusal in one clear sentence that says what to do next."""

from __future__ import annotations

from core.errors import Refused
from i18n import N_, Phrase, Translator

REFUSALS: dict[str, str] = {
    "already_saved": N_("Already saved."),
    "ambiguous_label": N_("Two answers have that name. Please tap a button."),
    "archived_label": N_("This answer is no longer offered. Please choose another one."),
    "bad_date": N_("Please send a date like 2026-03-01."),
    "bad_hour": N_("Please send a time, for example 08:30."),
    "bad_number": N_("Please send a whole number, for example 100."),
    "bad_quiet_hours": N_("Please send two times, for example 22:00-08:00."),
    "budget_below_spent": N_(
        "The budget cannot be less than the %(points)s points already spent or promised."
    ),
    "budget_spent": N_("The budget is used up. Raise it first, then resume."),
    "card_closed": N_("This card is closed. Send /task for the next one."),
    "deadline_passed": N_("The deadline of this project has passed. Send the project file with a later one."),
    "decided_before": N_("Somebody has decided this one already."),
    "expected_button": N_("Please tap one of the buttons above."),
    "extended_before": N_("You have extended this one already. You can pause it without a penalty."),
    "file_needed": N_("Please send a file."),
    "file_not_fetched": N_("The file did not arrive. Please send it again."),
    "file_too_large": N_(
        "This file is too large for this chat. Send a smaller one, or use the web chat or the command line."
    ),
    "finish_first": N_("Please answer the question above first, or send /cancel."),
    "kind_changed": N_("The kind of a project cannot change. Please make a new project."),
    "label_removed": N_(
        "The label “%(label)s” is in use. Keep it and mark it as archived, then it is no longer offered."
    ),
    "link_own": N_("This code is your own. Please send it in your other chat."),
    "link_tries": N_(
        "Too many wrong codes. Please wait ten minutes, then ask for a new one in your other chat."
    ),
    "link_wanted": N_("Please send the code from your other chat, or /cancel."),
    "linked_already": N_("These two chats are linked already."),
    "model_labels_differ": N_(
        "The model “%(name)s” does not know the label “%(label)s”. Please choose another one."
    ),
    "model_name_taken": N_("There is a model named “%(name)s” already. Please choose another name."),
    "no_model_before": N_("There is no model before this one that fits the labels."),
    "no_more_time": N_("The deadline is too close for more time."),
    "no_more_samples": N_("That was the last one."),
    "no_words": N_("There are no words in it. Please choose a message with text."),
    "no_tasks": N_("This project has no tasks yet. Send /addtasks %(project)s first."),
    "not_allowed": N_("Your role does not allow this. Ask a moderator if you need it."),
    "not_for_models": N_("A model cannot help with this kind of task."),
    "not_joined": N_("Please send /start first."),
    "not_running": N_("This project is not running. Launch it first: /project %(project)s."),
    "not_now": N_("That is not possible now. Send /projects to see where your projects stand."),
    "nothing_expected": N_("Send /task for a task, or /help to see what I can do."),
    "nothing_to_unlink": N_("This chat is not linked with another one. Send /link to do that."),
    "own_answer": N_("You answered this task yourself, so somebody else has to decide it."),
    "own_projects": N_("You still have a project under way. Close it first: /project %(project)s."),
    "past_due": N_("The time for this card is over. You can still answer it."),
    "project_closed": N_("This project is closed."),
    "several_zones": N_("Which one do you mean? %(places)s."),
    "too_late": N_("Too late: this task is decided. Send /task for the next one."),
    "too_many_files": N_("%(most)s files are waiting already. First tap the project that they are for."),
    "too_many_lines": N_("At most %(most)s lines at once, please. Send a file for more."),
    "training_already": N_("A training is under way already. I will tell you when it is done."),
    "undo_too_late": N_("Undo works for one minute only. Your answer stays."),
    "unknown_button": N_("This button does not work any more. Send /help to go on."),
    "unknown_card": N_("This is not your card. Send /task for yours."),
    "unknown_command": N_("I don’t know this command. Send /help to see what I can do."),
    "unknown_invite": N_("This invitation is not valid any more. Ask for a new one."),
    "unknown_kind": N_("I don’t know this kind of task. You can use: %(options)s."),
    "unknown_label": N_("This answer is not possible here. Please tap a button."),
    "unknown_language": N_("I did not recognise a language. Send names such as: English, Arabic."),
    "unknown_model": N_(
        "I can’t find this model. Look at “Suggestions” on the project’s card for those there are."
    ),
    "unknown_person": N_("I don’t know this person. They find their number in /settings."),
    "unknown_project": N_("I can’t find this project. Send /projects to see yours."),
    "unknown_role": N_("You can give these roles: %(options)s."),
    "unknown_task": N_("I can’t find this task. Send /projects to see your projects."),
    "unknown_zone": N_("I couldn’t find this place. Send a large city, for example Cairo."),
}


def refusal(t: Translator, refused: Refused) -> Phrase:
    """The sentence for a refusal."""
    return t(REFUSALS[refused.reason], **refused.facts)
