"""Asking somebody for their decision: nothing is filled in, and what it will mean is told before it is kept."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard.decision import signature
from dashboard.people import sign_in
from dashboard.session import presence, services, state
from dashboard.wording import times, words
from dashboard.wording.review_words import CALLS, NOT_ASKED, about_iscn, confirmation
from engine import reviews
from engine.access.drafts import Draft
from engine.access.sign_ins import EndedError
from engine.people import NotAllowedError, Person, SignAgainError
from engine.reviewing import decisions
from engine.reviews import Call, Decision, Opinion, Place, ReviewError
from engine.vocabulary import Karyogram, Verdict
from models.judging.triage import TriageOutcome


@dataclass(frozen=True)
class Asked:
    """Who is asked for a decision on what: a new one in their place, or one that amends their own."""

    karyogram: Karyogram
    verdict: Verdict | None
    person: Person
    place: Place
    amended: Decision | None = None

    def key(self, field: str) -> str:
        """The key of a field; each person, karyogram and decision has a draft of its own."""
        return state.draft(field, self.karyogram.id, self.person.short, self.turn)

    @property
    def turn(self) -> str:
        """What tells the forms of one person on one karyogram apart."""
        return "new" if self.amended is None else str(self.amended.id)

    @property
    def before(self) -> dict[str, object]:
        """The fields as they were, where they amend a decision."""
        if self.amended is None:
            return {}
        said = self.amended.opinion
        fields = {"call": said.call, "findings": list(said.findings), "karyotype": said.karyotype}
        return {self.key(name): value for name, value in {**fields, "comment": said.comment}.items()}

    @property
    def outcome(self) -> TriageOutcome | None:
        """What the model said: for an amendment what it had said to the decision."""
        if self.amended is not None:
            return self.amended.outcome
        return None if self.verdict is None else self.verdict.outcome

    @property
    def suggested(self) -> tuple[tuple[str, ...], str]:
        """The findings and the karyotype of the model, where it has any."""
        if self.verdict is None or self.verdict.outcome is TriageOutcome.FLAGGED_UNREADABLE:
            return (), ""
        suggestion = self.verdict.suggestion
        karyotype = suggestion.iscn if suggestion else None
        return tuple(finding.text for finding in self.verdict.findings), karyotype or ""


@st.fragment
def render(asked: Asked) -> None:
    """Ask for a decision and keep it."""
    services.stay()
    state.begin_with(asked.before)
    call = st.segmented_control(
        "What do you see?",
        list(CALLS),
        format_func=lambda call: f"{CALLS[call].icon} {CALLS[call].label}",
        key=asked.key("call"),
        persist_state="session",
        width="stretch",
    )
    if call is None:
        st.caption("Nothing is filled in for you: say what you see yourself.")
        return
    opinion = _ask(asked, call)
    presence.remember_writing(asked.person.name, _draft(asked, opinion))
    amending = asked.amended is not None
    st.markdown(confirmation(asked.person, asked.place, opinion, amending=amending))
    signature.render(asked.person, asked.place, amending=amending)
    said = CALLS[call].label.lower()
    if signature.is_old(asked.person):
        if presence.is_resumed(asked.karyogram.id):
            st.warning(words.on_warning(NOT_ASKED, ":material/lock_clock:"))
        if st.button(
            f"Sign in again to sign: {said}", icon=":material/login:", key=asked.key("again"), width="stretch"
        ):
            _sign_in_again(asked, opinion)
        return
    if presence.is_resumed(asked.karyogram.id):
        st.info("You have signed in again. Nothing is kept yet: look at it once more, then confirm.")
    label = words.on_primary(f"Confirm: {said}")
    if st.button(label, type="primary", icon=":material/check:", key=asked.key("confirm"), width="stretch"):
        _keep(asked, opinion)


def _sign_in_again(asked: Asked, opinion: Opinion) -> None:
    """Keep what is written, and let somebody prove anew who they are; they come back to this karyogram."""
    sign_in.keep(asked.person.name, _draft(asked, opinion))
    sign_in.again()
    st.stop()


def _draft(asked: Asked, opinion: Opinion) -> Draft:
    said = {**vars(opinion), "findings": list(opinion.findings)}
    if asked.amended is not None:
        said["amend"] = True  # the switch that opens this form
    return Draft(asked.karyogram.id, asked.turn, said)


def _ask(asked: Asked, call: Call) -> Opinion:
    """Ask for what belongs to a call."""
    _take_over(asked, call)
    findings = _ask_findings(asked) if call is Call.ABNORMAL else ()
    karyotype = _ask_karyotype(asked, call) if call is not Call.NOT_ASSESSABLE else ""
    comment = _text(asked, "comment", "Comment")
    return Opinion(call, karyotype, findings, comment=comment, reason=_ask_reason(asked, call))


def _take_over(asked: Asked, call: Call) -> None:
    """Offer what the model found, for a call that it fits."""
    findings, karyotype = asked.suggested
    offered = (*findings, karyotype) if call is Call.ABNORMAL else (karyotype,)
    fits = (call is Call.ABNORMAL) == bool(findings) and call is not Call.NOT_ASSESSABLE
    if fits and any(offered):
        told = ", ".join(words.plain(text) for text in offered if text)
        values = {asked.key("findings"): list(findings), asked.key("karyotype"): karyotype}
        st.button(
            f"Take over from the model: {told}",
            icon=":material/content_copy:",
            key=asked.key("take_over"),
            on_click=state.fill_in,
            args=(values,),
        )


def _ask_findings(asked: Asked) -> tuple[str, ...]:
    chosen = st.multiselect(
        "Findings",
        list(dict.fromkeys((*asked.suggested[0], *state.filled_in(asked.key("findings"))))),
        accept_new_options=True,
        placeholder="Choose one, or type one such as +21",
        key=asked.key("findings"),
        persist_state="session",
    )
    return tuple(chosen)


def _ask_karyotype(asked: Asked, call: Call) -> str:
    text = _text(asked, "karyotype", "Karyotype (ISCN)", placeholder="such as 47,XY,+21", live=True)
    advice = about_iscn(text, call)
    if advice:
        st.caption(f":material/info: {advice}")
    return text


def _ask_reason(asked: Asked, call: Call) -> str:
    """Ask for the reason where one is needed, before anybody has to be told that it is missing."""
    overrides = reviews.overrides(Opinion(call), asked.outcome)
    if not overrides and asked.amended is None:
        return ""
    why = "for amending your decision" if asked.amended is not None else "for saying the contrary of the model"
    return _text(asked, "reason", f"Reason {why} (needed)")


def _text(asked: Asked, field: str, label: str, *, placeholder: str = "", live: bool = False) -> str:
    text = st.text_input(label, placeholder=placeholder, live=live, key=asked.key(field), persist_state="session")
    return (text or "").strip()


def _keep(asked: Asked, opinion: Opinion) -> None:
    try:
        person = services.enter(active=True)
        with services.session() as session:
            if asked.amended is None:
                decisions.decide(session, person, asked.karyogram.id, opinion, times.now())
            else:
                decisions.amend(session, person, asked.amended, opinion, times.now())
            session.commit()
    except (EndedError, SignAgainError):
        sign_in.keep(asked.person.name, _draft(asked, opinion))  # the page that is drawn next asks for a sign-in
    except (ReviewError, NotAllowedError) as error:
        st.error(words.plain(str(error)), icon=":material/error:")
        return
    else:
        presence.resume("")
        presence.remember_writing("", None)
    st.rerun()
