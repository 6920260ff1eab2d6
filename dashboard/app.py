"""The entry point of the dashboard, ``streamlit run dashboard/app.py``: the navigation, and what is begun for all."""

from __future__ import annotations

import streamlit as st

from dashboard.comparison import warming
from dashboard.drawing import parts
from dashboard.people import chooser, sign_in
from dashboard.session import links, presence, services

st.set_page_config(page_title="Karyotriage", page_icon=str(parts.MARK), layout="wide")
parts.logo()
outside = sign_in.outside()
page = st.navigation(
    {
        "Work": [
            st.Page(links.UPLOAD, title="Upload", icon=":material/upload_file:", url_path="", default=True),
            # the same page under its own name: Streamlit would say that no such page exists
            st.Page(links.UPLOAD, title="Upload", url_path="upload", visibility="hidden"),
            st.Page(links.BATCHES, title="Batches", icon=":material/stacks:", url_path="batches"),
            st.Page(links.READING, title="Reading list", icon=":material/checklist:", url_path="reading"),
            st.Page(links.KARYOGRAM, title="Karyogram", url_path="karyogram", visibility="hidden"),
        ],
        "Laboratory": [
            st.Page(links.OVERVIEW, title="Overview", icon=":material/dashboard:", url_path="overview"),
            st.Page(links.POLICY, title="Policy", icon=":material/gavel:", url_path="policy"),
            st.Page(links.MODELS, title="Models", icon=":material/neurology:", url_path="models"),
            st.Page(links.QUALITY, title="Quality", icon=":material/fact_check:", url_path="quality"),
            st.Page(links.COMPARISON, title="Model comparison", icon=":material/monitoring:", url_path="comparison"),
            st.Page(links.AUDIT, title="Audit trail", icon=":material/history:", url_path="audit"),
            st.Page(links.SYSTEM, title="System", icon=":material/monitor_heart:", url_path="system"),
        ],
    },
    position="hidden" if outside else "top",
)
line = parts.heading()
parts.stop_if_broken()
if outside:
    sign_in.render(outside)
else:
    warming.begin(services.settings().experiments)
    sign_in.go_on()
    presence.remember_writing("", None)
    chooser.render(line)
    page.run()
