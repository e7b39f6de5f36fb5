"""The messages of the demo, written for it: eight in each of four languages, with what they are for.

Each is (label, text, how hard it is to tell, 0 … 1); the last one of a language is a task with a known answer.
"""

from __future__ import annotations

MESSAGES: dict[str, tuple[tuple[str, str, float], ...]] = {
    "en": (
        (
            "asks",
            "Our basement is full of water and the pump broke. Does anybody have one we could borrow tonight?",
            0.0,
        ),
        (
            "offers",
            "I have a van and the whole Saturday free. If you need to move furniture out of the wet, call me.",
            0.0,
        ),
        ("informs", "The bridge on Mill Road is closed until noon. The bus goes around by the school.", 0.0),
        ("other", "Has anyone else noticed how beautiful the light was after the storm?", 0.1),
        ("informs", "The pharmacy on the corner has power again and stays open until ten.", 0.1),
        (
            "asks",
            "My neighbour is 84 and on her own. It would be good if somebody looked in on her tomorrow.",
            0.5,
        ),
        ("offers", "We cooked far too much soup. The pot is on the stairs of number 12, bring a bowl.", 0.4),
        (
            "asks",
            "We have had no electricity since Monday and need somewhere to charge my son's breathing machine.",
            0.0,
        ),
    ),
    "zh": (
        ("asks", "我们家的屋顶漏水，家里有老人，有人能借我们一块大的防水布吗？", 0.0),
        ("offers", "我会修电路，周末有空，需要检查的邻居可以联系我，不收钱。", 0.0),
        ("informs", "社区中心今天下午三点开始发放饮用水，请带上自己的桶。", 0.2),
        ("other", "昨晚的雷声真大，我家的猫躲在床底下不肯出来。", 0.0),
        ("asks", "孩子发烧，路上都是积水，有没有离我们近一点的医生？", 0.1),
        ("informs", "地铁二号线已经恢复运行，但是人民路站还不能停车。", 0.0),
        ("offers", "我们家二楼空着一间房，谁家被淹了可以先来住几天。", 0.0),
        ("informs", "提醒大家：自来水要烧开以后再喝，停水通知贴在小区门口。", 0.0),
    ),
    "es": (
        (
            "asks",
            "Se nos ha caído un árbol sobre el portal y no podemos salir. ¿Alguien tiene una motosierra?",
            0.0,
        ),
        ("offers", "Tengo leña seca de sobra. Quien no tenga calefacción puede pasar a buscarla.", 0.0),
        ("informs", "El colegio abrirá el lunes, pero sin comedor. Los niños deben llevar bocadillo.", 0.0),
        ("other", "Gracias a todos por lo de ayer. Esta calle es una familia.", 0.2),
        ("asks", "Busco a mi perro Rufo, blanco y con una oreja negra. Se asustó con los truenos.", 0.2),
        ("informs", "En la plaza hay señal de móvil, en el resto del pueblo todavía no.", 0.1),
        ("offers", "Mi hija y yo podemos cuidar niños mientras limpiáis las casas.", 0.0),
        (
            "offers",
            "Soy enfermera y vivo en el número 7. Si hay alguien herido, llamad a cualquier hora.",
            0.0,
        ),
    ),
    "ar": (
        ("asks", "انقطع الماء عن بيتنا منذ يومين ولدينا طفل رضيع. هل يستطيع أحد أن يحضر لنا بعض الماء؟", 0.0),
        ("offers", "عندي مولّد كهرباء صغير، ومن يريد شحن هاتفه فليأتِ إلى بيتي بعد العصر.", 0.0),
        ("informs", "الطريق إلى المستشفى مفتوح الآن، لكن الجسر القديم ما زال مغلقًا.", 0.0),
        ("other", "صباح الخير يا جيران، الحمد لله على سلامتكم جميعًا.", 0.1),
        ("asks", "سيارتي عالقة في الوحل قرب المدرسة، وأحتاج إلى من يسحبها.", 0.0),
        ("informs", "المخبز يعمل اليوم من السادسة حتى الظهر فقط.", 0.1),
        ("offers", "نحن مجموعة من الشباب ننظف البيوت من الطين مجانًا، راسلونا.", 0.0),
        ("asks", "والدي مريض ونفد دواؤه والصيدلية مغلقة. من يعرف أين نجد الدواء؟", 0.0),
    ),
}
