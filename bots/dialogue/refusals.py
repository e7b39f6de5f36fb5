"""Every refusal in one clear sentence that says what to do next."""

from __future__ import annotations

from core.errors import Refused
from i18n import N_, Phrase, Translator

REFUSALS: dict[str, str] = {
    "adjust_how": N_("Please send a person’s number, the points and your words, for example: %(example)s"),
    "adjust_unpaid": N_("The budget of this project does not last. Raise it first, or choose another one."),
    "already_saved": N_("Already saved."),
    "ambiguous_label": N_("Two answers have that name. Please tap a button."),
    "appeal_too_late": N_("Appeals are possible for seven days. This one is too old."),
    "appeal_unpaid": N_(
        "The budget of this project does not last for that. Raise it first: /project %(project)s."
    ),
    "appeal_words": N_("Please write it in one message of at most 300 letters."),
    "appealed_before": N_("You have appealed this one already. You are told what comes of it."),
    "appeals_lately": N_("You can appeal %(most)s times in seven days. Please come back later."),
    "appeals_open": N_("%(most)s of your appeals are still waiting. Please come back when one is decided."),
    "archived_label": N_("This answer is no longer offered. Please choose another one."),
    "bad_date": N_("Please send a date like 2026-03-01."),
    "bad_hour": N_("Please send a time, for example 08:30."),
    "bad_nickname": N_("Please send a name of 2 to 24 letters or digits, without dots or links."),
    "bad_number": N_("Please send a whole number, for example 100."),
    "bad_quiet_hours": N_("Please send two times, for example 22:00-08:00."),
    "bonus_given": N_("A bonus was given a moment ago. Send the command again for another one."),
    "bonus_too_large": N_("A bonus is 1 to %(most)s points."),
    "banned": N_("You cannot take part any more. Send /appeal if this is a mistake."),
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
    "imposed_before": N_("That holds already: somebody else was faster."),
    "involved": N_("You were part of this one, so somebody else has to decide it."),
    "kind_changed": N_("The kind of a project cannot change. Please make a new project."),
    "label_removed": N_(
        "The label “%(label)s” is in use. Keep it and mark it as archived, then it is no longer offered."
    ),
    "lifted_before": N_("That is over already."),
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
    "nickname_taken": N_("Somebody has a name like this already. Please choose another one."),
    "never_worked": N_("This person has not worked in any project, so none can pay."),
    "no_model_before": N_("There is no model before this one that fits the labels."),
    "no_more_time": N_("The deadline is too close for more time."),
    "no_more_samples": N_("That was the last one."),
    "no_words": N_("There are no words in it. Please choose a message with text."),
    "no_tasks": N_("This project has no tasks yet. Send /addtasks %(project)s first."),
    "not_allowed": N_("Your role does not allow this. Ask a moderator if you need it."),
    "not_appealable": N_("This cannot be appealed. Send /appeal to see what can."),
    "not_banned": N_("This person is not banned."),
    "not_for_models": N_("A model cannot help with this kind of task."),
    "not_joined": N_("Please send /start first."),
    "not_running": N_("This project is not running. Launch it first: /project %(project)s."),
    "not_now": N_("That is not possible now. Send /projects to see where your projects stand."),
    "nothing_expected": N_("Send /task for a task, or /help to see what I can do."),
    "nothing_to_unlink": N_("This chat is not linked with another one. Send /link to do that."),
    "own_answer": N_("You answered this task yourself, so somebody else has to decide it."),
    "payout_ended": N_("This statement is paid or cancelled already. Send /payout to see how it stands."),
    "payout_under_way": N_(
        "A statement in %(currency)s is under way. Mark it as paid or cancel it first: /payout"
    ),
    "own_case": N_("This is about you, so somebody else has to decide it."),
    "own_projects": N_("You still have a project under way. Close it first: /project %(project)s."),
    "past_due": N_("The time for this card is over. You can still answer it."),
    "paused": N_("Your work is paused. Send /task to see until when."),
    "practice_later": N_("You can practise again later. Send /skills to see when."),
    "practice_missing": N_(
        "Practice tasks that workers of each language can read: %(found)s; needed: %(questions)s. "
        "Add rows with a known answer and “yes” in the column “practice”."
    ),
    "practice_over": N_("This practice is over. Send /task to go on."),
    "project_closed": N_("This project is closed."),
    "point_value_fixed": N_(
        "People worked for this point value, so it stays. Please make a new project for another one."
    ),
    "reason_too_long": N_("Please say why in at most %(most)s characters."),
    "restricted": N_("This project has no tasks for you at the moment. Send /task for another one."),
    "several_zones": N_("Which one do you mean? %(places)s."),
    "skill_held": N_("You have this skill already. Send /task to use it."),
    "standing_first": N_(
        "Something is decided about you here, so this chat cannot leave now. Send /appeal to see it."
    ),
    "too_late": N_("Too late: this task is decided. Send /task for the next one."),
    "too_many_files": N_("%(most)s files are waiting already. First tap the project that they are for."),
    "too_many_lines": N_("At most %(most)s lines at once, please. Send a file for more."),
    "training_already": N_("A training is under way already. I will tell you when it is done."),
    "undo_too_late": N_("Undo works for one minute only. Your answer stays."),
    "unknown_button": N_("This button does not work any more. Send /help to go on."),
    "unknown_card": N_("This is not your card. Send /task for yours."),
    "unknown_case": N_("I can’t find this case. Send /review to see what waits."),
    "unknown_command": N_("I don’t know this command. Send /help to see what I can do."),
    "unknown_invite": N_("This invitation is not valid any more. Ask for a new one."),
    "unknown_kind": N_("I don’t know this kind of task. You can use: %(options)s."),
    "unknown_label": N_("This answer is not possible here. Please tap a button."),
    "unknown_language": N_("I did not recognise a language. Send names such as: English, Arabic."),
    "unknown_model": N_(
        "I can’t find this model. Look at “Suggestions” on the project’s card for those there are."
    ),
    "unknown_payout": N_("I can’t find this statement. Send /payout to see those there are."),
    "unknown_person": N_("I don’t know this person. They find their number in /settings."),
    "unknown_project": N_("I can’t find this project. Send /projects to see yours."),
    "unknown_role": N_("You can give these roles: %(options)s."),
    "unknown_task": N_("I can’t find this task. Send /projects to see your projects."),
    "unknown_worker": N_("I can’t find this worker in the project. Look at the answers file: /results"),
    "unknown_zone": N_("I couldn’t find this place. Send a large city, for example Cairo."),
}


def refusal(t: Translator, refused: Refused) -> Phrase:
    """The sentence for a refusal."""
    return t(REFUSALS[refused.reason], **refused.facts)
